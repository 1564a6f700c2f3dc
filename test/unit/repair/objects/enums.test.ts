import { expect, test } from "vitest";
import { addedLabels, renamedLabel, replaced } from "../../../../src/repair/objects/enums.ts";

test("missing labels are added in their place, each in a transaction of its own", () => {
  expect(addedLabels("app.mood", ["ok", "good"], ["bad", "ok", "fine", "good"])).toEqual([
    { sql: "alter type app.mood add value if not exists 'bad' before 'ok'", alone: true },
    { sql: "alter type app.mood add value if not exists 'fine' after 'ok'", alone: true },
  ]);
});

test("a surplus label and a label in another place need more than new labels", () => {
  expect(addedLabels("app.mood", ["ok", "bad"], ["ok"])).toBeUndefined();
  expect(addedLabels("app.mood", ["ok", "bad"], ["bad", "ok"])).toBeUndefined();
});

test("one different label is renamed, so that rows keep it, and this counts as destructive", () => {
  const [step, ...others] = renamedLabel("app.mood", ["ok", "bad"], ["ok", "poor"]) ?? [];
  expect(step?.sql).toContain("alter type app.mood rename value 'bad' to 'poor'");
  expect(step?.destructive).toBe("rows with 'bad' get 'poor', which is right only if the label was renamed");
  expect(others).toEqual([]);
  expect(renamedLabel("app.mood", ["ok", "bad"], ["bad", "ok"])).toBeUndefined();
});

test("moving labels loses no data, and removing labels can lose data", () => {
  expect(replaced("app.mood", ["a", "b"], ["b", "a"])[0]?.destructive).toBeUndefined();
  expect(replaced("app.mood", ["a", "b", "c"], ["a"])[0]?.destructive).toBe("it fails if rows hold 'b', 'c'");
});
