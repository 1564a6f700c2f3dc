import { expect, test } from "vitest";
import { addedLabels, renamedLabel, swapped } from "../../../../src/repair/objects/enums.ts";

test("missing labels are added where they stand, each in a transaction of its own", () => {
  expect(addedLabels("app.mood", ["ok", "good"], ["bad", "ok", "fine", "good"])).toEqual([
    { sql: "alter type app.mood add value if not exists 'bad' before 'ok'", alone: true },
    { sql: "alter type app.mood add value if not exists 'fine' after 'ok'", alone: true },
  ]);
});

test("a label that is too many, or in another place, can't be added away", () => {
  expect(addedLabels("app.mood", ["ok", "bad"], ["ok"])).toBeUndefined();
  expect(addedLabels("app.mood", ["ok", "bad"], ["bad", "ok"])).toBeUndefined();
});

test("one label in the place of another is a new name, so that rows keep it, but not without leave", () => {
  const [step, ...others] = renamedLabel("app.mood", ["ok", "bad"], ["ok", "poor"]) ?? [];
  expect(step?.sql).toContain("alter type app.mood rename value 'bad' to 'poor'");
  expect(step?.destructive).toBe("rows that hold 'bad' say 'poor' afterwards, which is right only where it is a new name");
  expect(others).toEqual([]);
  expect(renamedLabel("app.mood", ["ok", "bad"], ["bad", "ok"])).toBeUndefined();
});

test("labels that only move lose nothing, and labels that go may", () => {
  expect(swapped("app.mood", ["a", "b"], ["b", "a"])[0]?.destructive).toBeUndefined();
  expect(swapped("app.mood", ["a", "b", "c"], ["a"])[0]?.destructive).toBe("rows that hold 'b', 'c' make it fail");
});
