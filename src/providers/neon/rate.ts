import { type Deadline, jitter } from "../../deadline.ts";

/**
 * A little under Neon's limits of 700 requests a minute for an account and 40 a second for a route (Neon docs,
 * "Rate limits"): what we send evenly may arrive in a bunch.
 */
const PER_MINUTE = 690;
const PER_SECOND_AND_ROUTE = 38;
const MINUTE_MS = 60_300;
const SECOND_MS = 1030;

/** Lets calls through as Neon's limits allow, in the order in which they come. */
export interface Rate {
  /** Waits for a turn of `route` and takes it. */
  turn(route: string, within: Deadline): Promise<void>;
  /** No call at all for so long: Neon said that there were too many. */
  hold(ms: number): void;
}

/** `now` is a monotonic clock in milliseconds. */
export function createRate(now: () => number = () => performance.now()): Rate {
  const all: number[] = [];
  const byRoute = new Map<string, number[]>();
  let heldUntil = 0;
  const waitMs = (ofRoute: number[], at: number): number =>
    Math.max(heldUntil - at, untilFree(all, PER_MINUTE, MINUTE_MS, at), untilFree(ofRoute, PER_SECOND_AND_ROUTE, SECOND_MS, at));
  return {
    async turn(route, within) {
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
    hold: (ms) => {
      heldUntil = Math.max(heldUntil, now() + ms);
    },
  };
}

/** Neon counts per account, so every provider of this process shares one count. */
export const sharedRate: Rate = createRate();

/** Milliseconds until a call fits into the sliding window; forgets what has left it. */
function untilFree(times: number[], most: number, windowMs: number, at: number): number {
  const first = times.findIndex((time) => time > at - windowMs);
  times.splice(0, first === -1 ? times.length : first);
  return times.length < most ? 0 : (times[times.length - most] ?? at) + windowMs - at;
}
