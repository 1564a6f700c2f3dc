import { expect, test } from "vitest";
import { defaultTtl, expiresAt, MAX_TTL_MS } from "../../../src/identity/expiry.ts";
import { parseDuration } from "../../../src/duration.ts";

const now = new Date("2026-03-01T10:00:00.750Z");

test("an expiry time has whole seconds", () => {
  expect(expiresAt(now, 3_600_000).toISOString()).toBe("2026-03-01T11:00:00.000Z");
});

test("the default time to live is two hours in a CI and three days outside of it", () => {
  expect(defaultTtl(true)).toBe(parseDuration("2h"));
  expect(defaultTtl(false)).toBe(parseDuration("3d"));
});

test("a time to live over the 30 days that Neon allows is reduced to 30 days", () => {
  expect(MAX_TTL_MS).toBe(parseDuration("30d"));
  expect(expiresAt(now, MAX_TTL_MS * 2).toISOString()).toBe("2026-03-31T10:00:00.000Z");
});
