import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkWorker, type CheckWorkerOptions } from "../../../src/commands/check-worker.ts";

/** A worker that runs in a shell. */
const shell = (script: string): readonly string[] => ["sh", "-c", script];
/** The worker runs for a moment. The other times are long enough for a busy machine. */
const quick = { for: "300ms", within: "20s", grace: "20s" };

async function codes(options: CheckWorkerOptions): Promise<readonly string[]> {
  return (await checkWorker({ ...quick, ...options })).findings.map(({ code }) => code);
}

test("a worker that runs and logs enough passes, and has ended afterwards", async () => {
  const output: string[] = [];
  const command = shell("echo pid $$; for i in 1 2 3 4; do echo line $i; done; echo started >&2; exec sleep 60");
  const findings = await codes({
    command,
    lines: 5,
    ready: "started",
    onEvent: (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString()),
  });
  expect(findings).toEqual([]);
  const pid = Number(/pid (\d+)/.exec(output.join(""))?.[1]);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test.each([
  ["ends at once", "echo bye; exit 3", {}, ["worker-ended"]],
  ["ends with status 0", "exit 0", {}, ["worker-ended"]],
  ["writes nothing", "exec sleep 60", { within: "500ms" }, ["worker-few-lines"]],
  ["logs failures", "echo ok; echo 'Traceback (most recent call last):'; exec sleep 60", { lines: 2 }, ["worker-log-failures"]],
] as const)("a worker that %s", async (_, script, more, expected) => {
  expect(await codes({ command: shell(script), ...more })).toEqual(expected);
});

test("the end of a worker is reported with its last lines, without secrets", async () => {
  const { findings, failed } = await checkWorker({ ...quick, command: shell("echo postgres://me:hunter22@host/db; kill -SEGV $$") });
  expect(findings).toMatchObject([{ code: "worker-ended", facts: { how: "SIGSEGV", tail: ["postgres://me:***@host/db"] } }]);
  expect(failed).toBe(true);
});

test("a worker that does not become ready is reported after the time", async () => {
  expect(await codes({ command: shell("echo waiting; exec sleep 60"), ready: "started", within: "500ms" })).toEqual(["worker-not-ready"]);
});

test("a worker that ignores SIGTERM is killed and reported", async () => {
  expect(await codes({ command: shell("trap '' TERM; echo up; while true; do sleep 1; done"), grace: "500ms" })).toEqual(["worker-killed"]);
});

test("child processes that a worker leaves are ended", async () => {
  const output: string[] = [];
  const findings = await codes({
    command: shell("sleep 60 >/dev/null 2>&1 & echo child $!; exit 1"),
    onEvent: (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString()),
  });
  expect(findings).toEqual(["worker-ended", "worker-children-left"]);
  const pid = Number(/child (\d+)/.exec(output.join(""))?.[1]);
  // A zombie is also fine: perhaps no process reads its status.
  const state = await readFile(`/proc/${pid}/stat`, "utf8").then(
    (stat) => stat.split(" ")[2],
    () => "ended",
  );
  expect(["Z", "ended"]).toContain(state);
});

test("the worker gets the stop signal first, so that a server can let its child finish its job", async () => {
  const server = `
    const { fork } = require("node:child_process");
    if (process.argv[1] === "child") {
      process.on("SIGTERM", () => process.exit(1));
      process.on("message", () => setTimeout(() => { console.log("job finished"); process.exit(0); }, 700));
    } else {
      const child = fork(process.argv[0], ["-e", process.env.SERVER, "child"], { execPath: "/usr/bin/env", execArgv: [] });
      process.on("SIGTERM", () => { child.send("finish"); child.on("exit", (code) => process.exit(code)); });
      console.log("ready");
    }`;
  const output: string[] = [];
  const found = await codes({
    command: [process.execPath, "-e", server],
    env: { ...process.env, SERVER: server },
    onEvent: (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString()),
  });
  expect([found, output.join("")]).toEqual([[], "ready\njob finished\n"]);
});

test.each([
  ["left the session", "setsid sleep 1000"],
  ["left the session, without its environment", "env -i setsid sleep 1000"],
])("a child that %s and holds the output is named and ended", async (_, start) => {
  const { findings } = await checkWorker({ ...quick, command: shell(`${start} & echo "up $!"; exec sleep 60`) });
  expect(findings).toMatchObject([{ code: "worker-children-left", facts: { processes: [expect.stringMatching(/^sleep \(\d+\)$/)] } }]);
  const [, pid] = /\((\d+)\)/.exec(JSON.stringify(findings)) ?? [];
  await expect.poll(() => runningState(Number(pid))).toBe("ended");
});

test("patterns for lines, and the age of the last line", async () => {
  const command = shell("echo job 1 done; echo job 2 lost; exec sleep 60");
  const patterns = { must: ["^job 1", "^job 3"], mustNot: ["lost$", "nothing"], within: "500ms" };
  const { findings } = await checkWorker({ ...quick, ...patterns, command, fresh: "10ms" });
  expect(findings.map(({ code, facts }) => [code, "pattern" in facts ? facts.pattern : ""])).toEqual([
    ["worker-line-missing", "/^job 3/"],
    ["worker-line-forbidden", "/lost$/"],
    ["worker-log-old", ""],
  ]);
});

/** A zombie has also ended: perhaps no process reads its status. */
async function runningState(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "0 (sleep) Z");
  return / [ZX] /.test(stat) || stat.endsWith(" Z") ? "ended" : "running";
}

const outputWith = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const output: string[] = [];
  await codes({
    command: shell('echo "[$PYTHONUNBUFFERED]"; exec sleep 60'),
    env: { PATH: process.env["PATH"], ...env },
    onEvent: (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString()),
  });
  return output.join("");
};

test("Python does not buffer its output, unless the caller sets PYTHONUNBUFFERED", async () => {
  expect([await outputWith({}), await outputWith({ PYTHONUNBUFFERED: "" })]).toEqual(["[1]\n", "[]\n"]);
});

test.each([
  [{ command: [] }, "COMMAND_MISSING", "The command of the worker is missing."],
  [{ command: ["no-such-program-here"] }, "COMMAND_NOT_FOUND", "Could not start no-such-program-here"],
  [{ command: ["true"], for: "long" }, "USAGE", '"long" is not a valid duration for --for.'],
  [{ command: ["true"], lines: Number("many") }, "CONFIG_INVALID", 'The option "lines" is not a number, and must be a number.'],
  [{ command: ["true"], pid: 1 }, "USAGE", "More than one worker is named."],
  [{ pid: 1, lines: 5 }, "USAGE", "The output of a process that runs already cannot be read."],
  [{ pid: -1 }, "USAGE", "--pid is not a process id."],
  [{ match: "a(" }, "USAGE", '"a(" is not a valid pattern for --match.'],
  [{ command: ["true"], must: ["["] }, "USAGE", '"[" is not a valid pattern for --must.'],
  [{ container: "--help" }, "USAGE", '"--help" is not the name of a container.'],
  [{ log: "/" }, "USAGE", "Could not read the log /: it is a folder."],
  [{ command: ["true"], lines: -1 }, "USAGE", "--lines is not a whole number of at least 0."],
])("the worker check rejects the options %j", async (options, code, message) => {
  await expect(checkWorker(options)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("the caller can abort, and the worker ends", async () => {
  await expect(
    checkWorker({ command: shell("echo up; exec sleep 60"), for: "1m", grace: "1s", signal: AbortSignal.timeout(200) }),
  ).rejects.toMatchObject({
    code: "CANCELLED",
  });
});
