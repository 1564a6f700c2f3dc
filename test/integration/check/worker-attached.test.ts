// @module-tag proof
import { execFile, spawn } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { matchesPattern, pgrepPattern } from "../../../src/check/worker/match.ts";
import { checkWorker, type CheckWorkerOptions } from "../../../src/commands/check-worker.ts";
import { listProcesses } from "../../../src/process/processes.ts";
import { docker, testImage } from "../../support/docker.ts";
import { findPeer } from "../../support/peers.ts";
import { skipThisTest } from "../../support/require.ts";

const run = promisify(execFile);
const quick = { for: "1s", within: "20s", grace: "20s" };
const shell = (script: string): readonly string[] => ["sh", "-c", script];

let folder: string;
let started: number[];
let containers: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offshoot-worker-"));
  started = [];
  containers = [];
});

afterEach(async () => {
  for (const pid of started) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  if (containers.length > 0) await docker("rm", "--force", ...containers);
  await rm(folder, { recursive: true });
});

/** Starts a worker that the check does not start. Ended after the test. */
function start(script: string): number {
  const child = spawn("sh", ["-c", script], { detached: true, stdio: "ignore", cwd: folder });
  const { pid = 0 } = child;
  started.push(pid);
  return pid;
}

function sorted(pids: readonly number[]): readonly number[] {
  return pids.toSorted((one, other) => one - other);
}

async function codes(options: CheckWorkerOptions): Promise<readonly string[]> {
  return (await checkWorker({ ...quick, cwd: folder, ...options })).findings.map(({ code }) => code);
}

test("a program that ends and is started again is reported, although its log has enough lines", async () => {
  const crash = `${process.execPath} -e 'console.log("working"); setTimeout(() => process.exit(1), 200)'`;
  const { findings } = await checkWorker({ ...quick, for: "8s", command: shell(`while true; do ${crash}; done`), lines: 2 });
  expect(findings).toMatchObject([{ code: "worker-restarts", facts: { program: expect.stringContaining("process.exit(1)") } }]);
});

const report = async (options: CheckWorkerOptions): Promise<string> =>
  JSON.stringify((await checkWorker({ ...quick, for: "3s", cwd: folder, ...options })).findings);

const create = async (...flags: readonly string[]): Promise<string> => {
  const id = await docker("run", "--detach", "--entrypoint", "sh", ...flags);
  containers.push(id);
  return id;
};

describe("a process that runs already", () => {
  test("passes by its id and by its pid file, and is not ended", async () => {
    const pid = start("exec sleep 600");
    await writeFile(join(folder, "worker.pid"), `${pid}\n`);
    expect([await codes({ pid }), await codes({ pidFile: "worker.pid" })]).toEqual([[], []]);
    expect(process.kill(pid, 0)).toBe(true);
  });

  test("fails when one of the processes of a pattern ends", async () => {
    const mark = `matched-${process.pid}-${Math.random().toString(36).slice(2)}`;
    const sleeping = (seconds: number): string => `exec -a ${mark}-${seconds} sleep ${seconds}`;
    for (const seconds of [2, 601]) start(`exec bash -c '${sleeping(seconds)}'`);
    const { findings } = await checkWorker({ ...quick, for: "5s", cwd: folder, match: mark });
    expect(findings).toMatchObject([{ code: "worker-ended", facts: { how: expect.stringMatching(/of 2: matched-\S+-2 2\)$/) } }]);
    expect(await codes({ for: "2s", match: mark })).toEqual([]);
  });

  test("fails when it does not exist, ends, is a zombie, or is another process after a restart", async () => {
    const ends = start("sleep 2");
    expect(await report({ pid: ends })).toContain("worker-ended");
    // Until this process, which started it, has read its exit status. No time is lost with an id that nobody can start later.
    await pause(500);
    expect(await report({ pid: ends, within: "1m" })).toMatch(/worker-not-found.*there is no process/);
    expect(await report({ pidFile: "absent.pid", within: "300ms" })).toContain("absent.pid: it does not exist");
    // The shell becomes a program that reads no exit status.
    const parent = start("sleep 0.2 & exec sleep 600");
    await pause(800);
    const zombie = (await listProcesses(process.env)).find((each) => each.parent === parent);
    expect(zombie?.isZombie).toBe(true);
    expect(await report({ pid: zombie?.pid })).toContain("it is a zombie");
    start("while true; do sleep 600 & echo $! > again.pid; sleep 1; kill $!; wait $!; done");
    await pause(300);
    expect(await report({ pidFile: "again.pid", for: "8s" })).toContain("worker-restarts");
  });

  test("is found as real pgrep finds it, but never as the shell that runs the check", async () => {
    if (findPeer("pgrep") === undefined) return;
    const name = `worker-${process.pid}`;
    for (const word of ["alpha7", "beta8", "beta9"])
      start(`exec -a ${name}-${word} sleep 600`.replace("exec -a", "exec perl -e 'sleep 600' --"));
    // Until the shells have become the programs.
    await pause(1000);
    const all = await listProcesses(process.env);
    for (const pattern of [name, `${name}-beta[[:digit:]]`, `${name}-(alpha7|beta9)`, `^perl.*${name}`, `${name}-beta$`]) {
      const theirs = await run("pgrep", ["-f", pattern]).then(
        ({ stdout }) => stdout.trim().split("\n").map(Number),
        () => [],
      );
      const ours = all.filter((each) => matchesPattern(pgrepPattern(pattern), each)).map(({ pid }) => pid);
      expect([pattern, sorted(ours)]).toEqual([pattern, sorted(theirs)]);
    }
    expect(await codes({ match: `${name}-beta` })).toEqual([]);
    const bin = new URL("../../../bin/offshoot.js", import.meta.url).pathname;
    const line = `${process.execPath} ${bin} check worker --match no-such-worker-${process.pid} --within 1s; exit $?`;
    await expect(run("sh", ["-c", line])).rejects.toMatchObject({ code: 10, stdout: expect.stringContaining("worker-not-found") });
  });
});

describe("a log file", () => {
  test.each(["nocopytruncate", "copytruncate"])(
    "is followed over a rotation with %s of the real logrotate",
    { timeout: 60_000 },
    async (method) => {
      const logrotate = findPeer("logrotate");
      if (logrotate === undefined) return;
      const log = join(folder, "worker.log");
      await writeFile(log, "");
      await writeFile(
        join(folder, "rotate.conf"),
        `${log} {\n  rotate 3\n  ${method}\n  ${method === "copytruncate" ? "" : "create"}\n}\n`,
      );
      // Each line opens the file again, as a worker does after a rotation.
      const pid = start("n=0; while [ $n -lt 60 ]; do n=$((n+1)); echo line $n >> worker.log; sleep 0.05; done; exec sleep 600");
      const watched = checkWorker({ ...quick, cwd: folder, pid, log, for: "5s", lines: 60, must: ["^line 1$", "^line 60$"], fresh: "1m" });
      for (let round = 0; round < 3; round += 1) {
        await pause(800);
        await run(logrotate, ["--force", "--state", join(folder, "state"), join(folder, "rotate.conf")]);
      }
      const { findings } = await watched;
      // Between its copy and its truncation, logrotate itself loses lines (logrotate(8), copytruncate).
      const lost = method === "copytruncate" ? findings.filter(({ code }) => code === "worker-few-lines") : [];
      expect(findings.filter((each) => !lost.includes(each))).toEqual([]);
      expect(lost.every(({ facts }) => "lines" in facts && Number(facts.lines) > 55)).toBe(true);
    },
  );

  test("alone is judged by its lines and their age, and an old log fails with --fresh", async () => {
    const log = join(folder, "worker.log");
    expect(await codes({ log, within: "300ms" })).toEqual(["worker-not-found"]);
    await writeFile(log, "one\n2026-01-31 12:00:00 ERROR lost\n");
    expect(await codes({ log, lines: 2 })).toEqual(["worker-log-failures"]);
    expect(await codes({ log, lines: 3, within: "300ms" })).toEqual(["worker-few-lines", "worker-log-failures"]);
    expect(await codes({ log, fresh: "500ms" })).toEqual(["worker-log-old", "worker-log-failures"]);
  });

  test("of a worker that is started here counts with its output", async () => {
    const log = join(folder, "worker.log");
    await appendFile(log, "");
    expect(await codes({ command: shell("echo one; echo two >> worker.log; exec sleep 60"), log, lines: 2 })).toEqual([]);
  });
});

describe("a container", () => {
  const image = testImage(18);

  test("that runs and writes to both streams passes, and continues", async () => {
    const name = await image;
    if (name === undefined) return skipThisTest();
    const id = await create(name, "-c", "for i in 1 2 3; do echo out $i; echo err $i >&2; sleep 0.2; done; exec sleep 600");
    expect(await codes({ container: id, lines: 6, ready: "err 3", must: ["^out 1$"], mustNot: ["^20"], for: "3s" })).toEqual([]);
    expect(await docker("inspect", "--format", "{{.State.Running}}", id)).toBe("true");
  });

  test("that its engine restarts again and again fails, although its log has enough lines", async () => {
    const name = await image;
    if (name === undefined) return skipThisTest();
    const id = await create("--restart", "always", name, "-c", "for i in $(seq 60); do echo line $i; done; sleep 0.3; exit 1");
    expect(await codes({ container: id, lines: 50, for: "5s" })).toEqual(["worker-restarts"]);
  });

  test("that ended is reported with its status, and one that does not exist is not found", async () => {
    const name = await image;
    if (name === undefined) return skipThisTest();
    const id = await create(name, "-c", "echo bye; exit 7");
    const { findings } = await checkWorker({ ...quick, container: id, for: "3s" });
    expect(findings).toMatchObject([{ code: "worker-ended", facts: { how: "status 7 (the container is exited)", tail: ["bye"] } }]);
    expect(await codes({ container: "no-such-container", within: "500ms" })).toEqual(["worker-not-found"]);
  });

  test("that a command creates gets PYTHONUNBUFFERED, and is named and removed when it is left", async () => {
    const name = await image;
    if (name === undefined) return skipThisTest();
    const output: string[] = [];
    const command = ["docker", "run", "--rm", "--entrypoint", "sh", name, "-c", 'echo "unbuffered $PYTHONUNBUFFERED"; exec sleep 600'];
    const onEvent: CheckWorkerOptions["onEvent"] = (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString());
    // The first process of a container ignores SIGTERM unless it handles it, so that the command is killed and the container is left.
    const { findings } = await checkWorker({ ...quick, for: "3s", grace: "2s", command, onEvent });
    expect(output.join("")).toContain("unbuffered 1\n");
    expect(findings).toMatchObject([
      { code: "worker-killed", facts: { processes: expect.arrayContaining([expect.stringMatching(/^container [0-9a-f]+$/)]) } },
    ]);
    expect(await docker("ps", "--all", "--quiet", "--filter", "label=offshoot.worker")).toBe("");
  });
});
