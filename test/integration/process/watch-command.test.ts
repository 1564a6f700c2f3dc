// @module-tag proof
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compile } from "../../support/compile.ts";

// A process that runs a command as `offshoot run` does, and is killed. The command writes into a file while it lives.

const RUNNER = `
import { runInForeground } from ${JSON.stringify(await compile("src/process/foreground.ts"))};
const options = { cwd: "/", env: process.env, signal: new AbortController().signal, graceMs: 500, terminal: process.argv[1] === "terminal" };
process.exitCode = (await runInForeground(process.argv.slice(2), options)).exitCode;`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-watch-"));
  file = join(folder, "alive");
});
afterEach(() => rm(folder, { recursive: true }));

const size = (): Promise<number> =>
  readFile(file).then(
    ({ length }) => length,
    () => 0,
  );
const run = (mode: "terminal" | "pipeline", script: string): ChildProcess =>
  spawn(process.execPath, ["--input-type=module", "-e", RUNNER, mode, "bash", "-c", script], {
    stdio: ["ignore", "ignore", "inherit"],
  });

const LOOP = 'while :; do echo >> "$FILE"; sleep 0.05; done';
const COMMANDS = {
  "a command": LOOP,
  "a command that ignores SIGTERM": `trap '' TERM; ${LOOP}`,
  "a process that left its group": `setsid bash -c 'trap "" TERM; ${LOOP}' & wait`,
};

test.each(["terminal", "pipeline"] as const)("after kill -9 of its parent, in a %s, nothing of a command is left", async (mode) => {
  for (const [name, script] of Object.entries(COMMANDS)) {
    await rm(file, { force: true });
    const runner = run(mode, `FILE=${file}; export FILE; ${script}`);
    await expect.poll(size, { message: name, timeout: 20_000 }).toBeGreaterThan(2);
    runner.kill("SIGKILL");
    await pause(3500);
    const after = await size();
    await pause(500);
    expect({ name, size: await size() }).toEqual({ name, size: after });
  }
});

test("a command that ends by itself leaves what it started running, and its exit status is passed on", async () => {
  const runner = run("pipeline", `setsid bash -c 'for i in $(seq 20); do echo >> ${file}; sleep 0.1; done' & sleep 0.3; exit 7`);
  expect(await new Promise((resolve) => runner.once("exit", resolve))).toBe(7);
  await expect.poll(size, { timeout: 20_000 }).toBe(20);
});
