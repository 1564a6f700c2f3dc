import { expect, test } from "vitest";
import { tookLock } from "../../../../src/rehearsal/measure/locking-reads.ts";
import type { LockMode } from "../../../../src/rehearsal/observe/lock-modes.ts";
import type { Relation } from "../../../../src/rehearsal/observe/relations.ts";

const relation = (id: number, kind: string): readonly [number, Relation] => [
  id,
  { id, kind, schema: "public", name: `r${id}`, shown: `public.r${id}`, table: undefined, file: 0, bytes: 0 },
];
const relations = new Map([relation(1, "r"), relation(2, "S")]);

test.each<[string, LockMode, number, number, boolean]>([
  ["a strong lock of a table", "AccessExclusiveLock", 1, 30, true],
  ["the lock of a writer in a long statement", "RowExclusiveLock", 1, 200, true],
  ["the lock of a writer in a short statement, which can be that of the statement before", "RowExclusiveLock", 1, 30, false],
  ["the lock of a reader", "AccessShareLock", 1, 200, false],
  ["the lock of a sequence", "RowExclusiveLock", 2, 200, false],
  ["a lock of a new table", "AccessExclusiveLock", 3, 200, false],
])("%s", (_, mode, id, lengthMs, expected) => {
  const span = { pid: 7, relation: id, mode, granted: true, fromMs: 100, toMs: 500, beginWithinMs: 0, endWithinMs: 0 };
  const took = tookLock([span], relations);
  expect(took(7, 100, 100 + lengthMs)).toBe(expected);
  expect(took(8, 100, 100 + lengthMs)).toBe(false);
  expect(took(7, 101, 101 + lengthMs)).toBe(false);
});
