import { expect, test } from "vitest";
import { formatAge, formatAgeInSentence, formatMoment, formatUtc } from "../../src/moment.ts";

test("a moment is shown as precisely as it matters", () => {
  const now = new Date(2026, 10, 29, 12, 0);
  const shown = (...date: [number, number, number, number, number]): string => formatMoment(new Date(...date), now);
  expect(shown(2026, 10, 29, 18, 5)).toBe("18:05");
  expect(shown(2026, 11, 2, 9, 0)).toBe("Wed 09:00");
  expect(shown(2026, 10, 27, 9, 0)).toBe("Fri 09:00");
  expect(shown(2026, 11, 20, 9, 0)).toBe("20 Dec 09:00");
  expect(shown(2027, 0, 20, 9, 0)).toBe("20 Jan 2027");
});

test("an age has one unit, the nearest amount of it", () => {
  const ages = [0, 59_000, 59_600, 60_000, 89_000, 91_000, 3_599_000, 3_600_000, 172_799_000, 172_800_000, 259_197_000, -5];
  expect(ages.map(formatAge)).toEqual(["0s", "59s", "1m", "1m", "1m", "2m", "1h", "1h", "2d", "2d", "3d", "0s"]);
  expect([45_000, 3_599_000, 169_200_000].map(formatAgeInSentence)).toEqual(["45 s", "1 h", "47 h"]);
});

test("a time for any machine has no seconds, and its time zone", () => {
  expect(formatUtc(new Date("2026-12-05T18:00:59.123Z"))).toBe("2026-12-05 18:00 UTC");
});
