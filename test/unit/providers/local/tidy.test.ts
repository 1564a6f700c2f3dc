import { expect, test } from "vitest";
import type { Entry } from "../../../../src/providers/local/databases.ts";
import { isPastItsTime } from "../../../../src/providers/local/tidy.ts";
import { tagWith } from "./tags.ts";

const NOW = new Date("2026-01-10T00:00:00Z");
const DAY_MS = 86_400_000;
const base = tagWith({ kind: "base", expires: undefined, fingerprint: "f", created: "2026-01-01T00:00:00Z" });

test.each<[string, Partial<Entry>, boolean]>([
  ["a run's database past its expiry goes", { tag: tagWith({ expires: "2026-01-09T23:59:59Z" }) }, true],
  ["one that expires this second goes", { tag: tagWith({ expires: "2026-01-10T00:00:00Z" }) }, true],
  ["one before its expiry stays", { tag: tagWith({ expires: "2026-01-10T00:00:01Z" }) }, false],
  ["one without an expiry stays", { tag: tagWith({ expires: undefined }) }, false],
  ["what carries no tag stays", { tag: undefined }, false],
  ["a base that was used yesterday stays", { tag: base, isTemplate: true, lastUsedAt: new Date(NOW.getTime() - DAY_MS) }, false],
  ["a base that nobody used for its time goes", { tag: base, isTemplate: true, lastUsedAt: new Date(NOW.getTime() - 2 * DAY_MS) }, true],
  ["a base that was never used is as old as it is", { tag: base, isTemplate: true }, true],
  ["a base that is a database to connect to stays", { tag: base, isTemplate: false }, false],
])("%s", (_title, entry, expected) => {
  const whole: Entry = { name: "offshoot_x", isTemplate: false, tag: undefined, lastUsedAt: undefined, ...entry };
  expect(isPastItsTime(whole, NOW, 2 * DAY_MS)).toBe(expected);
});
