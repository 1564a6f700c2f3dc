const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The longest time to live: 30 days, the latest `expires_at` that Neon accepts
 * (Neon documentation, "Branch expiration", and neon-testing's own limit of 2,592,000 s).
 */
export const MAX_TTL_MS = 30 * DAY_MS;

/** Default time to live in milliseconds: 2 hours in a CI, and 3 days outside of it, so that a database survives a weekend. */
export function defaultTtl(isCi: boolean): number {
  return isCi ? 2 * HOUR_MS : 3 * DAY_MS;
}

/**
 * The time `ttlMs` milliseconds after `now`, rounded down to whole seconds: Neon drops fractions of `expires_at`, and the
 * owner tag must have the same value as the branch. A time to live over `MAX_TTL_MS` is reduced to it.
 */
export function expiresAt(now: Date, ttlMs: number): Date {
  return new Date(Math.floor((now.getTime() + Math.min(ttlMs, MAX_TTL_MS)) / 1000) * 1000);
}
