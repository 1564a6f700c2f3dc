import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, formatElapsed, parseDuration } from "../../src/duration.ts";

describe("a duration", () => {
  test.each([
    ["500ms", 500],
    ["45s", 45_000],
    ["90m", 5_400_000],
    ["2h", 7_200_000],
    ["3d", 259_200_000],
    ["1h30m", 5_400_000],
    ["1d2h3m4s5ms", 93_784_005],
    ["1m500ms", 60_500],
    ["0h5m", 300_000],
  ])("%s is %d milliseconds", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    "2",
    "h",
    "2 h",
    " 2h",
    "2h\n",
    "-2h",
    "+2h",
    "1.5h",
    "2H",
    "30m1h",
    "1h1h",
    "0",
    "0s",
    "0h0m",
    "2w",
    "two hours",
    "1e3s",
    "99999999999999d",
  ])("%j is not a duration", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([
    [7_200_000, "2h"],
    [5_400_000, "1h30m"],
    [259_200_000, "3d"],
    [850, "850ms"],
    [61_001, "1m1s1ms"],
    [0, "0s"],
  ])("of %d milliseconds is formatted as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("is parsed back from its formatted text", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});

describe("a measured time", () => {
  test.each([
    [0, "0.0 s"],
    [820, "0.8 s"],
    [12_345, "12.3 s"],
    [59_949, "59.9 s"],
    [59_951, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_599_600, "1 h 00 min"],
    [3_725_000, "1 h 02 min"],
  ])("of %d milliseconds is formatted as %s", (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });
});
