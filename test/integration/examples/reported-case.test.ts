// @module-tag proof
import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findMajor } from "../../support/majors.ts";
import { driftOutbox, migrateOutbox, OUTBOX } from "../../support/outbox.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;
const page = await readFile(join(OUTBOX, "README.md"), "utf8");

interface Command {
  readonly command: string;
  /** Lines that are printed in this order. */
  readonly lines: readonly string[];
}

/** The commands of the page: each starts with a dollar sign, and its output follows. */
const commands: readonly Command[] = [...page.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block = ""]) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command = "", ...lines] = text.trimEnd().split("\n");
      return { command, lines };
    }),
);

let folder: string;
let env: Record<string, string>;
let server: Server;

/** Runs a command of the page in the copy of the example. Returns what it prints to stdout and stderr. */
function execute(command: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve) => {
    const options = { cwd: join(folder, "outbox"), env: { ...env, ...more }, maxBuffer: 64 * 1024 * 1024 };
    execFile("bash", ["-c", command], options, (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`);
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-reported-"));
  const home = join(folder, "home");
  await Promise.all([mkdir(home), mkdir(join(folder, "bin")), cp(OUTBOX, join(folder, "outbox"), { recursive: true })]);
  // The server's user must be able to enter the folders when the tests run as root.
  await Promise.all([chmod(folder, 0o755), chmod(home, 0o755)]);
  await symlink(join(ROOT, "node_modules"), join(folder, "outbox/node_modules"));
  await writeFile(join(folder, "bin/offshoot"), `#!/bin/sh\nexec node "${join(ROOT, "bin/offshoot.js")}" "$@"\n`, { mode: 0o755 });
  const psql = await findMajor(15);
  server = createServer((_, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    void readFile(join(OUTBOX, "reported/metrics.txt")).then((text) => response.end(text));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => void server.once("listening", resolve));
  env = {
    PATH: [join(folder, "bin"), psql ?? "", dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: folder,
    OFFSHOOT_HOME: home,
    OFFSHOOT_PROVIDER: "embedded",
    OFFSHOOT_RUN: "reported",
    NO_COLOR: "1",
    METRICS: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
  };
  for (const run of ["reported", "parent"]) await execute("offshoot up", { OFFSHOOT_RUN: run });
  const urls = JSON.parse(await execute("offshoot env --format json 2>/dev/null", { OFFSHOOT_RUN: "parent" })) as { DATABASE_URL: string };
  env["PARENT"] = urls.DATABASE_URL;
  await migrateOutbox(urls.DATABASE_URL);
  await driftOutbox(urls.DATABASE_URL);
}, 120_000);

afterAll(async () => {
  server.close();
  await execute("offshoot down --run reported; offshoot down --run parent");
  await rm(folder, { recursive: true, force: true });
});

test("the page has a row for each part of the reported case", () => {
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands)("$command", { timeout: 240_000 }, async ({ command, lines }) => {
  const printed = (await execute(command)).split("\n").map((line) => line.trimEnd());
  let from = 0;
  for (const line of lines) {
    if (line === "…") continue;
    const at = printed.findIndex(
      (each, place) => place >= from && (each === line || (line.startsWith("repair  ") && each.startsWith(line))),
    );
    expect({ line, isPrinted: at >= 0, printed: at >= 0 ? [] : printed }).toMatchObject({ line, isPrinted: true });
    from = at + 1;
  }
  // A row without lines prints nothing but notes.
  expect(printed.filter((line) => lines.length === 0 && /^(?:error|psql:)/.test(line))).toEqual([]);
});
