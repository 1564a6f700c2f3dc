import { setTimeout as timer } from "node:timers/promises";
import { OffshootError } from "./errors.ts";

/** How long something may still take, and the signal that ends it early. */
export interface Deadline {
  /** Aborts at the end of the budget or when the caller aborts. */
  readonly signal: AbortSignal;
  /** Milliseconds left, never negative. */
  leftMs(): number;
  /** Throws `TIMED_OUT` past the end, or `CANCELLED` if the caller aborted. */
  check(): void;
  /** Waits, or throws as `check` does as soon as there is a reason. */
  pause(ms: number): Promise<void>;
}

/**
 * A budget of `ms` milliseconds for `what` (a phrase like "the migration"), under the caller's signal.
 * Time is measured on the monotonic clock, so a clock that is set while we wait changes nothing.
 */
export function deadline(what: string, ms: number, parent?: AbortSignal): Deadline {
  const end = performance.now() + ms;
  const budget = AbortSignal.timeout(Math.max(0, Math.ceil(ms)));
  const signal = parent === undefined ? budget : AbortSignal.any([parent, budget]);
  const check = (): void => {
    if (parent?.aborted) throw cancelled(what);
    if (performance.now() >= end) {
      throw new OffshootError("TIMED_OUT", `Timed out after ${Math.round(ms / 1000)} s: ${what}.`, { facts: { ms } });
    }
  };
  return {
    signal,
    leftMs: () => Math.max(0, end - performance.now()),
    check,
    async pause(pauseMs) {
      check();
      await timer(Math.min(pauseMs, Math.max(0, end - performance.now())), undefined, { signal }).catch(() => {});
      check();
    },
  };
}

/** The error for work that the caller's signal ended. */
export function cancelled(what: string): OffshootError {
  return new OffshootError("CANCELLED", `Cancelled: ${what}.`);
}

/** Spreads simultaneous waiters: `ms` give or take 25 %. */
export function jitter(ms: number, random: () => number = Math.random): number {
  return ms * (0.75 + random() * 0.5);
}
