import { expect, test } from "vitest";
import { isDay, msOfTime } from "../../src/day.ts";

test.each([
  ["2026-12-31", true],
  ["2028-02-29", true],
  ["2027-02-29", false],
  ["2027-02-30", false],
  ["2027-04-31", false],
  ["2027-13-01", false],
  ["2027-1-1", false],
  ["2027-01-01T00:00:00Z", false],
])("knows whether %s is a day", (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

test("has no milliseconds for a time of a day that does not exist", () => {
  expect(msOfTime("2026-02-30T12:00:00Z")).toBeNaN();
  expect(msOfTime("2026-02-28T12:00:00Z")).toBe(Date.UTC(2026, 1, 28, 12));
});
