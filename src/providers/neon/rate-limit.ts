import { type Deadline, jitter } from "../../deadline.ts";

/**
 * Slightly below Neon's limits of 700 requests a minute for an account and 40 a second for a route (Neon docs,
 * "Rate limits"), because requests that we send evenly may arrive at Neon in bursts.
 */
const PER_MINUTE = 690;
const PER_SECOND_AND_ROUTE = 38;
const MINUTE_MS = 60_300;
const SECOND_MS = 1030;

/** Keeps API calls below Neon's rate limits, in the order of the calls. */
export interface RateLimiter {
  /** Waits until a call to `route` is allowed, and counts it. */
  take(route: string, within: Deadline): Promise<void>;
  /** Stops all calls for so many milliseconds, after Neon answered 429. */
  pauseAll(ms: number): void;
}

/** `now` is a monotonic clock in milliseconds. */
export function createRateLimiter(now: () => number = () => performance.now()): RateLimiter {
  const all: number[] = [];
  const byRoute = new Map<string, number[]>();
  let pausedUntil = 0;
  const waitMs = (ofRoute: number[], at: number): number =>
    Math.max(pausedUntil - at, untilAllowed(all, PER_MINUTE, MINUTE_MS, at), untilAllowed(ofRoute, PER_SECOND_AND_ROUTE, SECOND_MS, at));
  return {
    async take(route, within) {
      const ofRoute = byRoute.get(route) ?? [];
      byRoute.set(route, ofRoute);
      for (let ms = waitMs(ofRoute, now()); ms > 0; ms = waitMs(ofRoute, now()))
        await within.pause(
          Math.max(
            1,
            jitter(ms, () => 0.5),
          ),
        );
      const at = now();
      all.push(at);
      ofRoute.push(at);
    },
    pauseAll: (ms) => {
      pausedUntil = Math.max(pausedUntil, now() + ms);
    },
  };
}

/** Neon counts per account, so all providers of this process share one count. */
export const sharedRateLimiter: RateLimiter = createRateLimiter();

/** Milliseconds until the sliding window allows another call. Removes the times that are no longer in the window. */
function untilAllowed(times: number[], most: number, windowMs: number, at: number): number {
  const first = times.findIndex((time) => time > at - windowMs);
  times.splice(0, first === -1 ? times.length : first);
  return times.length < most ? 0 : (times[times.length - most] ?? at) + windowMs - at;
}
