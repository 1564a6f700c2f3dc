// @module-tag proof
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project, type Running } from "../../support/cli.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});

afterAll(() => project.remove());

/** A command that ignores SIGINT and SIGTERM. */
const STUBBORN = "trap '' INT TERM; echo started; while :; do sleep 0.2; done";

async function start(run: string, args: readonly string[] = ["--", "sh", "-c", STUBBORN]): Promise<Running> {
  const running = project.start(["run", "--run", run, ...args]);
  await running.until("started");
  return running;
}

async function kill({ child }: Running, ...signals: readonly NodeJS.Signals[]): Promise<void> {
  for (const signal of signals) {
    child.kill(signal);
    await pause(700);
  }
}

const runsLeft = async (): Promise<readonly string[]> => {
  const { stdout } = await project.offshoot(["list", "--json"]);
  return (JSON.parse(stdout) as { run: string }[]).map((entry) => entry.run);
};

test.each([
  ["SIGINT", "SIGTERM", 130],
  ["SIGINT", "SIGINT", 130],
  ["SIGTERM", "SIGTERM", 143],
] as const)("after %s, %s kills a command that ignores signals, and the database is deleted", async (first, second, code) => {
  const running = await start(`${first}-${second}`.toLowerCase());
  const begun = performance.now();
  await kill(running, first, second);
  const { code: ended, stderr, at } = await running.finished;
  expect(ended).toBe(code);
  // GitHub sends SIGKILL 2.5 s after SIGTERM.
  expect(at - begun).toBeLessThan(700 + 2500);
  expect(stderr).toMatch(/^Stopping without further waiting\. .* is not deleted in time, delete it with: npx offshoot down --run \S+$/m);
  expect(await runsLeft()).toEqual([]);
});

test("the second signal kills a migration that ignores signals too, and the database is deleted", async () => {
  const running = await start("migrating", ["--set", `migrations.command=${STUBBORN}`, "--", "true"]);
  const begun = performance.now();
  await kill(running, "SIGINT", "SIGTERM");
  const { code, at } = await running.finished;
  expect([code, at - begun < 700 + 2500]).toEqual([130, true]);
  expect(await runsLeft()).toEqual([]);
});

test("the same signal from npm and from the terminal is one interruption: the command keeps its grace", async () => {
  const script = "trap 'sleep 1; echo cleaned; exit 0' INT; echo started; while :; do sleep 0.2; done";
  const running = await start("echo", ["--", "sh", "-c", script]);
  running.child.kill("SIGINT");
  await pause(50);
  running.child.kill("SIGINT");
  const { stdout, stderr } = await running.finished;
  expect(stdout).toBe("started\ncleaned\n");
  expect(stderr).not.toContain("Stopping");
  expect(await runsLeft()).toEqual([]);
});

test("a process that was stopped and continues deletes its database as usual", async () => {
  const running = await start("stopped", ["--", "sh", "-c", "echo started; sleep 1"]);
  running.child.kill("SIGSTOP");
  await pause(2000);
  running.child.kill("SIGCONT");
  expect((await running.finished).code).toBe(0);
  expect(await runsLeft()).toEqual([]);
});
