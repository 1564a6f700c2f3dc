import { expect, test } from "vitest";
import { judge, type Observed } from "../../../../src/check/worker/judge.ts";
import { logReader } from "../../../../src/check/worker/log.ts";

const demands = { forMs: 1000, lines: 2, ready: "up", withinMs: 3000, graceMs: 500 };
const show = { time: (ms: number) => `${ms} ms`, line: (text: string) => text.replace("secret", "***") };
const seen = (more: Partial<Observed>): Observed => ({
  log: { lines: 2, tail: ["one", "up"], complaints: [], ready: true },
  stubborn: false,
  left: false,
  ...more,
});

test.each([
  ["does all that is asked", {}, []],
  ["ends", { ended: { how: "status 3", afterMs: 20 } }, ["worker-ended"]],
  ["ends and leaves others", { ended: { how: "SIGKILL", afterMs: 20 }, left: true }, ["worker-ended", "worker-left"]],
  ["writes too little", { log: { lines: 1, tail: ["up"], complaints: [], ready: true } }, ["worker-quiet"]],
  ["is not ready", { log: { lines: 2, tail: ["a", "b"], complaints: [], ready: false } }, ["worker-unready"]],
  ["tells of failures", { log: { lines: 2, tail: [], complaints: ["FATAL: secret"], ready: true } }, ["worker-complains"]],
  ["does not end", { stubborn: true }, ["worker-stubborn"]],
  ["leaves others", { left: true }, ["worker-left"]],
] as const)("a worker that %s", (_, observed, expected) => {
  expect(judge("w", demands, seen(observed), show).map(({ code }) => code)).toEqual(expected);
});

test("what a worker wrote is shown without secrets", () => {
  const findings = judge(
    "w",
    demands,
    seen({ ended: { how: "status 1", afterMs: 5 }, log: { lines: 1, tail: ["my secret"], complaints: [], ready: true } }),
    show,
  );
  expect(findings).toMatchObject([{ facts: { tail: ["my ***"], how: "status 1", after: "5 ms" } }]);
});

test("lines are counted across pieces, blank ones not, and the streams are kept apart", () => {
  let told = 0;
  const reader = logReader("ready", () => told++);
  reader.take("stdout", "first li");
  reader.take("stderr", "a warning\n");
  reader.take("stdout", "ne\n\n  \nnow rea");
  expect(reader.log).toMatchObject({ lines: 2, tail: ["a warning", "first line"], ready: false });
  reader.take("stdout", "dy\nTraceback (most recent call last):\n");
  expect(reader.log).toMatchObject({ lines: 4, ready: true, complaints: ["Traceback (most recent call last):"] });
  expect(told).toBe(3);
});

test("only the last lines are kept", () => {
  const reader = logReader(undefined, () => {});
  reader.take("stdout", Array.from({ length: 1000 }, (_, at) => `line ${at}\n`).join(""));
  expect(reader.log.lines).toBe(1000);
  expect(reader.log.tail).toHaveLength(20);
  expect(reader.log.tail.at(-1)).toBe("line 999");
});
