import { expect, test } from "vitest";
import { judge, type Observed } from "../../../../src/check/worker/judge.ts";
import { type Log, logReader } from "../../../../src/check/worker/log.ts";

const requirements = { forMs: 1000, lines: 2, ready: "up", withinMs: 3000, graceMs: 500, freshMs: 4000 };
const show = { time: (ms: number) => `${ms} ms`, line: (text: string) => text.replace("secret", "***") };
const log: Log = { lines: 2, tail: ["one", "up"], failures: [], ready: true, missing: [], forbidden: {}, lastAt: 0 };
const seen = (more: Partial<Observed>): Observed => ({
  log,
  stopped: { killed: false, left: [] },
  ...more,
});

test.each([
  ["meets all requirements", {}, []],
  ["ends", { ended: { how: "status 3", afterMs: 20 } }, ["worker-ended"]],
  [
    "ends and leaves child processes",
    { ended: { how: "SIGKILL", afterMs: 20 }, stopped: { killed: false, left: ["sleep (12)"] } },
    ["worker-ended", "worker-children-left"],
  ],
  ["writes too few lines", { log: { ...log, lines: 1, tail: ["up"] } }, ["worker-few-lines"]],
  ["is not ready", { log: { ...log, ready: false } }, ["worker-not-ready"]],
  ["logs failures", { log: { ...log, failures: ["FATAL: secret"] } }, ["worker-log-failures"]],
  ["lacks a line", { log: { ...log, missing: ["/done/"] } }, ["worker-line-missing"]],
  ["writes a forbidden line", { log: { ...log, forbidden: { "/boom/": ["boom"] } } }, ["worker-line-forbidden"]],
  ["is silent", { lineAgeMs: 5000 }, ["worker-log-old"]],
  ["is not found", { absent: "there is no process 7" }, ["worker-not-found"]],
  ["was not there", { ended: { how: "there is no process 7", afterMs: 0, never: true } }, ["worker-not-found"]],
  ["starts a program again once", { restarts: { program: "node a.js", times: 1 } }, []],
  ["starts a program again and again", { restarts: { program: "node a.js", times: 2 } }, ["worker-restarts"]],
  ["was not started here and starts again", { stopped: undefined, restarts: { program: "w", times: 1 } }, ["worker-restarts"]],
  ["does not end", { stopped: { killed: true, left: [] } }, ["worker-killed"]],
  ["leaves child processes", { stopped: { killed: false, left: ["sleep (12)"] } }, ["worker-children-left"]],
] as const)("a worker that %s", (_, observed, expected) => {
  expect(judge("w", requirements, seen(observed), show).map(({ code }) => code)).toEqual(expected);
});

test("the output of a worker is shown without secrets", () => {
  const findings = judge("w", requirements, seen({ ended: { how: "status 1", afterMs: 5 }, log: { ...log, tail: ["my secret"] } }), show);
  expect(findings).toMatchObject([{ facts: { tail: ["my ***"], how: "status 1", after: "5 ms" } }]);
});

test("lines that come in pieces are counted once, blank lines are not counted, and the streams are not mixed", () => {
  let calls = 0;
  const reader = logReader({ ready: "ready" }, () => calls++);
  reader.add("stdout", "first li");
  reader.add("stderr", "a warning\n");
  reader.add("stdout", "ne\n\n  \nnow rea");
  expect(reader.log).toMatchObject({ lines: 2, tail: ["a warning", "first line"], ready: false });
  reader.add("stdout", "dy\nTraceback (most recent call last):\n");
  expect(reader.log).toMatchObject({ lines: 4, ready: true, failures: ["Traceback (most recent call last):"] });
  expect(calls).toBe(3);
});

test("only the last 20 lines are kept", () => {
  const reader = logReader({});
  reader.add("stdout", Array.from({ length: 1000 }, (_, at) => `line ${at}\n`).join(""));
  expect(reader.log.lines).toBe(1000);
  expect(reader.log.tail).toHaveLength(20);
  expect(reader.log.tail.at(-1)).toBe("line 999");
});
