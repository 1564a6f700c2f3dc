import { expect, test } from "vitest";
import { pauseBudget } from "../../../../src/rehearsal/observe/pause-budget.ts";

test("the command is stopped for a share of its time, and for the end of its first transactions in any case", () => {
  let running = 0;
  const budget = pauseBudget(() => running);
  expect([budget.allows(false), budget.allows(true)]).toEqual([true, true]);
  budget.spend(300);
  expect(budget.allows(false)).toBe(false);
  // Nine more of the first ten.
  expect(Array.from({ length: 12 }, () => budget.allows(true)).filter(Boolean)).toHaveLength(9);
  running = 20_000;
  expect([budget.allows(true), budget.allows(false), budget.spentMs()]).toEqual([true, false, 300]);
});
