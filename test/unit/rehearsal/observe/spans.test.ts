import { expect, test } from "vitest";
import type { Sample, SampledLock } from "../../../../src/rehearsal/observe/sample.ts";
import { spansOf } from "../../../../src/rehearsal/observe/spans.ts";

const lock: SampledLock = { pid: 7, relation: 20_000, mode: "ShareLock", granted: true };
const at = (atMs: number, ...locks: readonly SampledLock[]): Sample => ({ atMs, locks });

test("a lock is held from the start of its statement to the end of its transaction", () => {
  const known = new Map([[7, { starts: [104], ends: [158] }]]);
  expect(spansOf([at(100), at(110, lock), at(150, lock), at(160)], known, 200)).toEqual([
    { ...lock, fromMs: 104, toMs: 158, beginWithinMs: 0, endWithinMs: 0 },
  ]);
});

test("without known moments, both ends are in the middle between two samples", () => {
  expect(spansOf([at(100), at(110, lock), at(150, lock), at(160)], new Map(), 200)).toEqual([
    { ...lock, fromMs: 105, toMs: 155, beginWithinMs: 5, endWithinMs: 5 },
  ]);
});

test("a lock that a second transaction takes again is a second span", () => {
  const known = new Map([[7, { starts: [104, 125], ends: [120] }]]);
  const spans = spansOf([at(100), at(110, lock), at(130, lock), at(140)], known, 200);
  expect(spans.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [104, 120],
    [125, 135],
  ]);
});

test("a lock that is still held at the end is held until then", () => {
  expect(spansOf([at(100), at(110, lock)], new Map(), 200).map(({ toMs }) => toMs)).toEqual([155]);
  expect(spansOf([at(100), at(110, lock)], new Map([[7, { starts: [], ends: [190] }]]), 200).map(({ toMs }) => toMs)).toEqual([190]);
});

test("a lock that is awaited first is two spans", () => {
  const waiting = { ...lock, granted: false };
  const spans = spansOf([at(0), at(10, waiting), at(20, waiting), at(30, lock), at(40)], new Map(), 40);
  expect(spans.map(({ granted, fromMs, toMs }) => [granted, fromMs, toMs])).toEqual([
    [false, 5, 25],
    [true, 25, 35],
  ]);
});

test("a message with several statements can take its lock at any time until the next look", () => {
  const known = new Map([[7, { starts: [104], ends: [158], vague: new Set([104]) }]]);
  const [span] = spansOf([at(100), at(110, lock), at(150, lock), at(160)], known, 200);
  expect(span).toMatchObject({ fromMs: 104, beginWithinMs: 6, endWithinMs: 0 });
});

test("a strong lock belongs to the statement that changes the schema, not to the tool's record that follows it", () => {
  const known = new Map([[7, { starts: [102, 108], ends: [158], changing: new Set([102]) }]]);
  const samples = [at(100), at(110, lock), at(150, lock), at(160)];
  expect(spansOf(samples, known, 200)).toMatchObject([{ fromMs: 102, toMs: 158 }]);
  const weak = { ...lock, mode: "RowExclusiveLock" as const };
  expect(spansOf([at(100), at(110, weak), at(160)], known, 200)).toMatchObject([{ fromMs: 108 }]);
});
