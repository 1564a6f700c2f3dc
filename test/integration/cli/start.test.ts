import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startMock, type MockServer } from "../../support/mock-server.ts";
import { buildPackage } from "../../support/package/build.ts";
import { packageFolder } from "../../support/package/licences.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

/** Writes the names of the modules of Node that a process loaded, when it ends. */
const REPORT = `process.on("exit", () => require("node:fs").writeFileSync(process.env.MODULES, JSON.stringify(process.moduleLoadList)));`;

let folder: string;
let files: ReadonlyMap<string, readonly string[]>;
let mock: MockServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-start-"));
  await cp(join(ROOT, "bin"), join(folder, "bin"), { recursive: true });
  await cp(join(ROOT, "package.json"), join(folder, "package.json"));
  await writeFile(join(folder, "report.cjs"), REPORT);
  [files, mock] = await Promise.all([buildPackage(join(folder, "dist")), startMock()]);
});
afterAll(async () => {
  await mock.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a command of the bundled CLI loads: packages, and the slow ones of Node's own modules. */
async function loadedBy(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const work = join(folder, "work");
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  const modules = join(work, "modules.json");
  const coverage = join(work, "coverage");
  await promisify(execFile)(process.execPath, ["--require", join(folder, "report.cjs"), join(folder, "bin/offshoot.js"), ...args], {
    cwd: work,
    env: { PATH: process.env["PATH"], HOME: work, OFFSHOOT_RUN: "start", ...env, NODE_V8_COVERAGE: coverage, MODULES: modules },
  });
  const reports = await Promise.all((await readdir(coverage)).map((file) => readFile(join(coverage, file), "utf8")));
  const urls = reports.flatMap((text) => (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url));
  const sources = urls.flatMap((url) => (url.startsWith("file:") ? (files.get(fileURLToPath(url)) ?? []) : []));
  const builtins = JSON.parse(await readFile(modules, "utf8")) as string[];
  return [
    ...new Set(sources.flatMap((source) => packageFolder(source)?.replace("node_modules/", "") ?? [])),
    ...SLOW.filter((name) => builtins.includes(`NativeModule ${name}`)).map((name) => `node:${name}`),
  ].toSorted();
}

/** Modules of Node that take a millisecond or more to load. */
const SLOW = ["child_process", "tls", "https", "http2", "worker_threads", "internal/deps/undici/undici"];

test("--help and --version load only the package commander", async () => {
  expect(await loadedBy(["--help"])).toEqual(["commander"]);
  expect(await loadedBy(["run", "--help"])).toEqual(["commander"]);
  expect(await loadedBy(["--version"])).toEqual(["commander"]);
});

/** What the package pg needs. */
const OF_PG = /^(pg-|pgpass$|postgres-|split2$|xtend$)/;

test("a command on a server loads the client of Postgres, and none of another provider, no YAML, no schema and no HTTP", async () => {
  const existing = { OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: inject("serverUrl") };
  for (const command of ["up", "env", "list", "status", "down"]) {
    const loaded = await loadedBy([command], existing);
    // Outside of a CI, git shows who the person is.
    expect([command, loaded.filter((name) => !OF_PG.test(name))]).toEqual([command, ["commander", "node:child_process", "pg"]]);
  }
});

test("a local command without a server loads no package but commander", async () => {
  expect(await loadedBy(["list"], { OFFSHOOT_PROVIDER: "embedded" })).toEqual(["commander", "node:child_process"]);
});

test("a command on Neon loads its client, and not that of Postgres", async () => {
  const loaded = await loadedBy(["list"], { ...mock.env, OFFSHOOT_PROVIDER: "neon" });
  expect(loaded).toEqual(expect.arrayContaining(["@neondatabase/api-client", "axios", "p-retry", "zod"]));
  expect(loaded).not.toContain("pg");
  expect(loaded).not.toContain("yaml");
});

test("--version prints the version of the package", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "bin/offshoot.js"), "--version"]);
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect(stdout.trim()).toBe(manifest.version);
});
