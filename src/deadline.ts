import { setTimeout as timer } from "node:timers/promises";
import { OffshootError } from "./errors.ts";

/** A time limit, with a signal that aborts at its end. */
export interface Deadline {
  /** Aborts at the end of the time limit, or when the caller's signal aborts. */
  readonly signal: AbortSignal;
  /** Remaining milliseconds, never negative. */
  leftMs(): number;
  /** Throws `TIMED_OUT` after the end, and `CANCELLED` when the caller's signal has aborted. */
  check(): void;
  /** Waits. Throws as soon as `check` would throw. */
  pause(ms: number): Promise<void>;
}

/**
 * A time limit of `ms` milliseconds for `what`, a phrase such as "the migration"; `parent` is the caller's signal. It uses
 * the monotonic clock, so a change of the system time has no effect.
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

/** The error for work that was ended by the caller's signal. */
export function cancelled(what: string): OffshootError {
  return new OffshootError("CANCELLED", `Cancelled: ${what}.`);
}

/** A random time within 25 % of `ms`, so that processes that wait together do not act together. */
export function jitter(ms: number, random: () => number = Math.random): number {
  return ms * (0.75 + random() * 0.5);
}
