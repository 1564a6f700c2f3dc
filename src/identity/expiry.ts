const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The longest time to live: 30 days, the furthest `expires_at` that Neon accepts
 * (Neon documentation, "Branch expiration", and neon-testing's own limit of 2,592,000 s).
 */
export const MAX_TTL_MS = 30 * DAY_MS;

/** Time to live where none is configured: 2 hours in CI, where jobs end; 3 days for a person, who may take a weekend. */
export function defaultTtl(isCi: boolean): number {
  return isCi ? 2 * HOUR_MS : 3 * DAY_MS;
}

/**
 * The moment `ttlMs` milliseconds from `now`, cut to whole seconds: Neon drops fractions of `expires_at`, and a
 * tag must say what the branch says. A time to live over `MAX_TTL_MS` is cut to it.
 */
export function expiresAt(now: Date, ttlMs: number): Date {
  return new Date(Math.floor((now.getTime() + Math.min(ttlMs, MAX_TTL_MS)) / 1000) * 1000);
}
