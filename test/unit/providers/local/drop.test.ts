import { expect, test } from "vitest";
import type { Entry } from "../../../../src/providers/local/databases.ts";
import { isStale } from "../../../../src/providers/local/drop.ts";
import { tagWith } from "./tags.ts";

const NOW = new Date("2026-01-10T00:00:00Z");
const DAY_MS = 86_400_000;
const expired = tagWith({ expires: "2026-01-09T00:00:00Z" });
const base = tagWith({ kind: "base", expires: undefined, fingerprint: "f", created: "2026-01-01T00:00:00Z" });

test.each<[string, Partial<Entry>, boolean]>([
  ["a run's database is stale after its expiry", { tag: tagWith({ expires: "2026-01-09T23:59:59Z" }) }, true],
  ["a run's database is stale at its expiry", { tag: tagWith({ expires: "2026-01-10T00:00:00Z" }) }, true],
  ["a run's database is not stale before its expiry", { tag: tagWith({ expires: "2026-01-10T00:00:01Z" }) }, false],
  ["a run's database without an expiry is not stale", { tag: tagWith({ expires: undefined }) }, false],
  ["an expired database with an open session is in use", { tag: expired, sessions: 1 }, false],
  ["an expired database that was used a minute ago is in use", { tag: expired, lastUsedAt: new Date(NOW.getTime() - 60_000) }, false],
  ["an expired database that was used an hour ago is stale", { tag: expired, lastUsedAt: new Date(NOW.getTime() - 3_600_000) }, true],
  ["a database without a tag is not stale", { tag: undefined }, false],
  ["a base that was used yesterday is not stale", { tag: base, isTemplate: true, lastUsedAt: new Date(NOW.getTime() - DAY_MS) }, false],
  [
    "a base that was unused for its lifetime is stale",
    { tag: base, isTemplate: true, lastUsedAt: new Date(NOW.getTime() - 2 * DAY_MS) },
    true,
  ],
  ["the age of a base that was never used counts from its creation", { tag: base, isTemplate: true }, true],
  ["a base that is not a template is not stale", { tag: base, isTemplate: false }, false],
])("%s", (_title, entry, expected) => {
  const whole: Entry = {
    name: "offshoot_x",
    isTemplate: false,
    isOwn: true,
    isValid: true,
    oid: 1,
    tag: undefined,
    lastUsedAt: undefined,
    sessions: 0,
    hasSuite: false,
    ...entry,
  };
  expect(isStale(whole, NOW, { baseTtlMs: 2 * DAY_MS, idleMs: 900_000 })).toBe(expected);
});
