import { expect, test } from "vitest";
import { describeFailed, fullName, reportedNames } from "../../../src/runners/failed-tests.ts";

test.each([
  [["adds a note"], 'the failed test "adds a note"'],
  [["a", "b"], 'the failed tests "a", "b"'],
  [["a", "b", "c"], 'the failed tests "a", "b", "c"'],
  [["a", "b", "c", "d", "e"], 'the failed tests "a", "b", "c" and 2 more'],
  [['with "quotes"\nand a line'], 'the failed test "with \\"quotes\\"\\nand a line"'],
])("%j are %s", (names, text) => {
  expect(describeFailed(names)).toBe(text);
});

test("a request has names of any length and number in one line of the protocol", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `${at} ${"x".repeat(5000)}`);
  const reported = reportedNames(names);
  expect(JSON.stringify(reported).length).toBeLessThan(1_000_000);
  expect(reported[0]).toMatch(/^0 x{198}…$/);
  expect(reportedNames(["a"])).toEqual(["a"]);
});

test("the name of a test has the titles of its groups, without those that are empty", () => {
  expect(fullName(["", "notes", "adds a note"])).toBe("notes adds a note");
});
