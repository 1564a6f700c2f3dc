import { expect, test } from "vitest";
import { defaultTtl, expiresAt, MAX_TTL_MS } from "../../../src/identity/expiry.ts";
import { parseDuration } from "../../../src/duration.ts";

const now = new Date("2026-03-01T10:00:00.750Z");

test("an expiry has whole seconds", () => {
  expect(expiresAt(now, 3_600_000).toISOString()).toBe("2026-03-01T11:00:00.000Z");
});

test("a run in CI lives for two hours, a person's for three days", () => {
  expect(defaultTtl(true)).toBe(parseDuration("2h"));
  expect(defaultTtl(false)).toBe(parseDuration("3d"));
});

test("nothing lives longer than the 30 days that Neon allows", () => {
  expect(MAX_TTL_MS).toBe(parseDuration("30d"));
  expect(expiresAt(now, MAX_TTL_MS * 2).toISOString()).toBe("2026-03-31T10:00:00.000Z");
});
