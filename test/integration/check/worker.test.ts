import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkWorker, type CheckWorkerOptions } from "../../../src/commands/check-worker.ts";

/** A worker in the shell that tests have. */
const shell = (script: string): readonly string[] => ["sh", "-c", script];
/** Lives a moment; whatever is waited for gets all the time that a busy machine may need. */
const quick = { for: "300ms", within: "20s", grace: "20s" };

async function codes(options: CheckWorkerOptions): Promise<readonly string[]> {
  return (await checkWorker({ ...quick, ...options })).findings.map(({ code }) => code);
}

test("a worker that lives and logs enough passes, and is gone afterwards", async () => {
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
  ["ends well, which is an end as well", "exit 0", {}, ["worker-ended"]],
  ["says nothing", "exec sleep 60", { within: "500ms" }, ["worker-quiet"]],
  ["logs, and tells of failures", "echo ok; echo 'Traceback (most recent call last):'; exec sleep 60", { lines: 2 }, ["worker-complains"]],
] as const)("a worker that %s", async (_, script, more, expected) => {
  expect(await codes({ command: shell(script), ...more })).toEqual(expected);
});

test("how a worker ended is told with its last lines, without secrets", async () => {
  const { findings, failed } = await checkWorker({ ...quick, command: shell("echo postgres://me:hunter22@host/db; kill -SEGV $$") });
  expect(findings).toMatchObject([{ code: "worker-ended", facts: { how: "SIGSEGV", tail: ["postgres://me:***@host/db"] } }]);
  expect(failed).toBe(true);
});

test("a worker that is never ready is told after the time", async () => {
  expect(await codes({ command: shell("echo waiting; exec sleep 60"), ready: "started", within: "500ms" })).toEqual(["worker-unready"]);
});

test("a worker that ignores the signal is killed and told", async () => {
  expect(await codes({ command: shell("trap '' TERM; echo up; while true; do sleep 1; done"), grace: "500ms" })).toEqual([
    "worker-stubborn",
  ]);
});

test("children that a worker leaves are ended with it", async () => {
  const output: string[] = [];
  const findings = await codes({
    command: shell("sleep 60 >/dev/null 2>&1 & echo child $!; exit 1"),
    onEvent: (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString()),
  });
  expect(findings).toEqual(["worker-ended", "worker-left"]);
  const pid = Number(/child (\d+)/.exec(output.join(""))?.[1]);
  // Dead is enough: nobody may be there to collect it.
  const state = await readFile(`/proc/${pid}/stat`, "utf8").then(
    (stat) => stat.split(" ")[2],
    () => "gone",
  );
  expect(["Z", "gone"]).toContain(state);
});

const said = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const output: string[] = [];
  await codes({
    command: shell('echo "[$PYTHONUNBUFFERED]"; sleep 60'),
    env: { PATH: process.env["PATH"], ...env },
    onEvent: (event) => event.kind === "output" && output.push(Buffer.from(event.chunk).toString()),
  });
  return output.join("");
};

test("Python doesn't buffer, unless the caller says so", async () => {
  expect([await said({}), await said({ PYTHONUNBUFFERED: "" })]).toEqual(["[1]\n", "[]\n"]);
});

test.each([
  [{ command: [] }, "COMMAND_MISSING"],
  [{ command: ["no-such-program-here"] }, "COMMAND_NOT_FOUND"],
  [{ command: ["true"], for: "long" }, "USAGE"],
  [{ command: ["true"], lines: Number("many") }, "USAGE"],
])("%j is refused", async (options, code) => {
  await expect(checkWorker(options)).rejects.toMatchObject({ code });
});

test("the caller may give up, and the worker ends", async () => {
  await expect(
    checkWorker({ command: shell("echo up; sleep 60"), for: "1m", grace: "1s", signal: AbortSignal.timeout(200) }),
  ).rejects.toMatchObject({
    code: "CANCELLED",
  });
});
