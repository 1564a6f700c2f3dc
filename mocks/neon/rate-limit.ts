import type { Clock } from "./clock.ts";

/** Neon's documented limits: 700 requests a minute for an account, bursts of 40 a second for a route. */
export interface RateLimit {
  on: boolean;
  perMinute: number;
  perSecondAndRoute: number;
  /** Times of the accepted calls, oldest first. */
  readonly accepted: number[];
  readonly byRoute: Map<string, number[]>;
}

export function createRateLimit(): RateLimit {
  return { on: false, perMinute: 700, perSecondAndRoute: 40, accepted: [], byRoute: new Map() };
}

/** Accepts and counts a call, and returns undefined. If the limit is reached, returns the milliseconds to wait. */
export function admit(rate: RateLimit, clock: Clock, route: string): number | undefined {
  if (!rate.on) return undefined;
  const now = clock.now();
  const ofRoute = rate.byRoute.get(route) ?? [];
  rate.byRoute.set(route, ofRoute);
  forget(rate.accepted, now - 60_000);
  forget(ofRoute, now - 1_000);
  const minute = rate.accepted.length < rate.perMinute ? 0 : (rate.accepted[0] ?? now) + 60_000 - now;
  const second = ofRoute.length < rate.perSecondAndRoute ? 0 : (ofRoute[0] ?? now) + 1_000 - now;
  const wait = Math.max(minute, second);
  if (wait > 0) return wait;
  rate.accepted.push(now);
  ofRoute.push(now);
  return undefined;
}

function forget(times: number[], before: number): void {
  const keep = times.findIndex((time) => time > before);
  times.splice(0, keep === -1 ? times.length : keep);
}
