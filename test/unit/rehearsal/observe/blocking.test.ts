import { expect, test } from "vitest";
import { tableLocks } from "../../../../src/rehearsal/observe/blocking.ts";
import type { LockMode } from "../../../../src/rehearsal/observe/lock-modes.ts";
import type { LockSpan } from "../../../../src/rehearsal/observe/sample.ts";

const span = (mode: LockMode, fromMs: number, toMs: number, more: Partial<LockSpan> = {}): LockSpan => ({
  pid: 1,
  relation: 10,
  mode,
  granted: true,
  fromMs,
  toMs,
  beginWithinMs: 0,
  endWithinMs: 0,
  ...more,
});

test.each([
  ["AccessExclusiveLock", 100, 100],
  ["ExclusiveLock", 0, 100],
  ["ShareRowExclusiveLock", 0, 100],
  ["ShareLock", 0, 100],
  ["ShareUpdateExclusiveLock", 0, 0],
  ["RowExclusiveLock", 0, 0],
  ["AccessShareLock", 0, 0],
] as const)("%s blocks readers for %i ms and writers for %i ms", (mode, readsMs, writesMs) => {
  expect(tableLocks([span(mode, 0, 100)], 10)).toMatchObject({ strongest: mode, heldMs: 100, readsMs, writesMs });
});

test("a request that waits blocks others as a lock does", () => {
  const spans = [span("AccessExclusiveLock", 0, 40, { granted: false }), span("AccessExclusiveLock", 40, 60)];
  expect(tableLocks(spans, 10)).toMatchObject({ heldMs: 20, readsMs: 60, queuedMs: 40, reads: [{ fromMs: 0, toMs: 60 }] });
});

test("a strong lock on an index blocks the readers of its table", () => {
  const spans = [span("ShareLock", 0, 100), span("AccessExclusiveLock", 10, 90, { relation: 11 })];
  expect(tableLocks(spans, 10)).toMatchObject({ strongest: "ShareLock", readsMs: 80, writesMs: 100 });
});

test("the longest wait of a reader comes first, and all waits are added up", () => {
  const spans = [span("AccessExclusiveLock", 0, 10), span("AccessExclusiveLock", 50, 90), span("AccessExclusiveLock", 90, 100)];
  expect(tableLocks(spans, 10)).toMatchObject({
    heldMs: 50,
    readsMs: 60,
    reads: [
      { fromMs: 50, toMs: 100 },
      { fromMs: 0, toMs: 10 },
    ],
  });
});

test("a table whose lock was not seen has none", () => {
  expect(tableLocks([span("AccessExclusiveLock", 0, 10, { relation: 11 })], 10)).toBeUndefined();
});

test("a wait can be wrong by what is not known of its begin and of its end", () => {
  const spans = [
    span("AccessExclusiveLock", 0, 40, { beginWithinMs: 3, endWithinMs: 100 }),
    span("AccessExclusiveLock", 30, 60, { beginWithinMs: 50, endWithinMs: 4 }),
    span("ShareLock", 50, 55, { beginWithinMs: 200, endWithinMs: 200 }),
  ];
  expect(tableLocks(spans, 10)).toMatchObject({ reads: [{ withinMs: 7 }], writes: [{ withinMs: 7 }] });
});

test("a lock that was only seen while it was awaited blocked others meanwhile", () => {
  const spans = [span("AccessExclusiveLock", 0, 900, { granted: false })];
  expect(tableLocks(spans, 10)).toMatchObject({ strongest: "AccessExclusiveLock", heldMs: 0, queuedMs: 900, readsMs: 900, writesMs: 900 });
});

test("a wait has the lock that began it beside the strongest one", () => {
  const spans = [span("ShareLock", 0, 50), span("AccessExclusiveLock", 20, 50)];
  expect(tableLocks(spans, 10)).toMatchObject({
    reads: [{ fromMs: 20, mode: "AccessExclusiveLock", firstMode: "AccessExclusiveLock" }],
    writes: [{ fromMs: 0, mode: "AccessExclusiveLock", firstMode: "ShareLock" }],
  });
});
