import { expect, test } from "vitest";
import { judge, type Observed } from "../../../../src/check/worker/judge.ts";
import { logReader } from "../../../../src/check/worker/log.ts";

const requirements = { forMs: 1000, lines: 2, ready: "up", withinMs: 3000, graceMs: 500 };
const show = { time: (ms: number) => `${ms} ms`, line: (text: string) => text.replace("secret", "***") };
const seen = (more: Partial<Observed>): Observed => ({
  log: { lines: 2, tail: ["one", "up"], failures: [], ready: true },
  killed: false,
  childrenLeft: false,
  ...more,
});

test.each([
  ["meets all requirements", {}, []],
  ["ends", { ended: { how: "status 3", afterMs: 20 } }, ["worker-ended"]],
  [
    "ends and leaves child processes",
    { ended: { how: "SIGKILL", afterMs: 20 }, childrenLeft: true },
    ["worker-ended", "worker-children-left"],
  ],
  ["writes too few lines", { log: { lines: 1, tail: ["up"], failures: [], ready: true } }, ["worker-few-lines"]],
  ["is not ready", { log: { lines: 2, tail: ["a", "b"], failures: [], ready: false } }, ["worker-not-ready"]],
  ["logs failures", { log: { lines: 2, tail: [], failures: ["FATAL: secret"], ready: true } }, ["worker-log-failures"]],
  ["does not end", { killed: true }, ["worker-killed"]],
  ["leaves child processes", { childrenLeft: true }, ["worker-children-left"]],
] as const)("a worker that %s", (_, observed, expected) => {
  expect(judge("w", requirements, seen(observed), show).map(({ code }) => code)).toEqual(expected);
});

test("the output of a worker is shown without secrets", () => {
  const findings = judge(
    "w",
    requirements,
    seen({ ended: { how: "status 1", afterMs: 5 }, log: { lines: 1, tail: ["my secret"], failures: [], ready: true } }),
    show,
  );
  expect(findings).toMatchObject([{ facts: { tail: ["my ***"], how: "status 1", after: "5 ms" } }]);
});

test("lines that come in pieces are counted once, blank lines are not counted, and the streams are not mixed", () => {
  let calls = 0;
  const reader = logReader("ready", () => calls++);
  reader.add("stdout", "first li");
  reader.add("stderr", "a warning\n");
  reader.add("stdout", "ne\n\n  \nnow rea");
  expect(reader.log).toMatchObject({ lines: 2, tail: ["a warning", "first line"], ready: false });
  reader.add("stdout", "dy\nTraceback (most recent call last):\n");
  expect(reader.log).toMatchObject({ lines: 4, ready: true, failures: ["Traceback (most recent call last):"] });
  expect(calls).toBe(3);
});

test("only the last 20 lines are kept", () => {
  const reader = logReader(undefined, () => {});
  reader.add("stdout", Array.from({ length: 1000 }, (_, at) => `line ${at}\n`).join(""));
  expect(reader.log.lines).toBe(1000);
  expect(reader.log.tail).toHaveLength(20);
  expect(reader.log.tail.at(-1)).toBe("line 999");
});
