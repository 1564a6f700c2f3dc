// @module-tag proof
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";

// The workers run in real processes of the command line, as in a pipeline.

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

interface Checked {
  readonly code: number | null;
  readonly codes: readonly string[];
  readonly stderr: string;
  readonly facts: string;
}

async function check(flags: readonly string[], command: readonly string[]): Promise<Checked> {
  const args = ["check", "worker", "--json", "--for", "1500ms", "--within", "20s", "--grace", "20s", ...flags, "--", ...command];
  const { code, stdout, stderr } = await project.offshoot(args);
  const { findings } = JSON.parse(stdout) as { findings: readonly { code: string; facts: unknown }[] };
  return { code, codes: findings.map((each) => each.code), stderr, facts: JSON.stringify(findings.map((each) => each.facts)) };
}

/** A server with two processes for jobs. On SIGTERM it waits until they have finished. A signal to them loses their job. */
const SERVER = `
  const { fork } = require("node:child_process");
  if (process.send === undefined) {
    const jobs = [1, 2].map(() => fork(__filename));
    let running = jobs.length;
    for (const job of jobs) job.on("exit", (code) => { if (code !== 0) console.log("a job is lost"); if (--running === 0) process.exit(0); });
    process.on("SIGTERM", () => jobs.forEach((job) => job.send("finish")));
    console.log("two jobs run");
  } else {
    process.on("SIGTERM", () => process.exit(3));
    process.on("message", () => setTimeout(() => process.exit(0), 800));
  }
`;

test("a server that lets the jobs of its processes finish passes, because only it gets the stop signal", async () => {
  await project.write("server.cjs", SERVER);
  const { code, codes, stderr } = await check([], [process.execPath, "server.cjs"]);
  expect([code, codes]).toEqual([0, []]);
  expect(stderr).toContain("two jobs run");
  expect(stderr).not.toContain("a job is lost");
});

test("a shell that does not pass on the signal leaves its child, which is named and ended", async () => {
  await project.write("start.sh", "sleep 987 &\necho started\nwait\n");
  const { code, codes, facts } = await check([], ["sh", "start.sh"]);
  expect([code, codes]).toEqual([0, ["worker-children-left"]]);
  expect(facts).toMatch(/sleep \(\d+\)/);
});

test("a daemon that left the session and holds the output does not keep the check waiting", async () => {
  await project.write("daemon.sh", "(setsid sleep 986 &)\necho ready\nexec sleep 600\n");
  const { codes, facts } = await check([], ["sh", "daemon.sh"]);
  expect(codes).toEqual(["worker-children-left"]);
  expect(facts).toMatch(/sleep \(\d+\)/);
});

test("a worker that turns itself into a daemon has ended, and its daemon is named and ended", async () => {
  await project.write("turns.sh", "setsid sh -c 'exec >/dev/null 2>&1; exec sleep 985' &\necho started\nexit 0\n");
  const { code, codes, facts } = await check([], ["sh", "turns.sh"]);
  expect([code, codes]).toEqual([10, ["worker-ended", "worker-children-left"]]);
  expect(facts).toMatch(/status 0.*sleep \(\d+\)/);
});

test("a loop around a program that ends fails, although the log has enough lines", async () => {
  const program = `${process.execPath} -e 'for (let n = 0; n < 60; n++) console.log("working"); setTimeout(() => process.exit(1), 300)'`;
  await project.write("again.sh", `while true; do ${program}; sleep 0.1; done\n`);
  const { code, codes } = await check(["--for", "5s", "--lines", "50"], ["sh", "again.sh"]);
  expect([code, codes]).toEqual([10, ["worker-restarts"]]);
});

test("words of levels in a line are not failures, and a level is", async () => {
  const harmless = [
    "known levels: WARN, ERROR, FATAL",
    "[info] handler for panic is set",
    "2026-01-31 INFO 0 fatal errors, 0 CRITICAL",
    "non-fatal: retry",
  ];
  await project.write("words.sh", `${harmless.map((line) => `echo '${line}'\n`).join("")}exec sleep 600\n`);
  expect((await check(["--lines", "4"], ["sh", "words.sh"])).codes).toEqual([]);
  await project.write("level.sh", "echo '2026-01-31 12:00:00 ERROR lost'\nexec sleep 600\n");
  const failing = await check(["--fail-on", "warning"], ["sh", "level.sh"]);
  expect([failing.code, failing.codes]).toEqual([10, ["worker-log-failures"]]);
});
