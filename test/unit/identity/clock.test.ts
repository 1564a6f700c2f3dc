import { expect, test } from "vitest";
import { clockWarning, shiftTag, skewOf } from "../../../src/identity/clock.ts";
import { tagWith } from "../providers/local/tags.ts";

const NOW = new Date("2026-01-01T12:00:00Z");
const HOUR = 3_600_000;
const later = (ms: number): Date => new Date(NOW.getTime() + ms);

test("ignores a difference that the delay of a network can cause", () => {
  expect([skewOf(later(1500), NOW), skewOf(later(-1500), NOW), skewOf(later(3 * HOUR), NOW)]).toEqual([0, 0, 3 * HOUR]);
});

test("the times of a tag are moved to the server's clock", () => {
  const tag = tagWith();
  expect(shiftTag(tag, 0)).toBe(tag);
  expect(shiftTag(tag, -HOUR)).toMatchObject({ created: "2025-12-31T23:00:00Z", expires: "2026-01-01T01:00:00Z" });
  expect(shiftTag(tagWith({ expires: undefined }), HOUR).expires).toBeUndefined();
});

test.each([
  [60_000, undefined],
  [-4 * 60_000, undefined],
  [10 * 60_000, "The clock of this machine is 10 min behind that of Neon."],
  [-3 * HOUR, "The clock of this machine is 3 h ahead of that of Neon."],
  [2.5 * HOUR, "The clock of this machine is 2.5 h behind that of Neon."],
])("a difference of %i ms is reported as %j", (skewMs, expected) => {
  expect(clockWarning(skewMs, "Neon")?.split(". ")[0]?.concat(".")).toBe(expected);
});
