import { setTimeout as timer } from "node:timers/promises";
import type { Context } from "../context/context.ts";
import { messageOf } from "../errors.ts";
import type { Listener } from "../events.ts";
import { defaultTtl } from "../identity/expiry.ts";
import type { Database } from "../providers/provider.ts";
import type { UsageLock } from "./usage-lock.ts";
import { formatUtc } from "../moment.ts";

/** What a renewal needs, and nothing of the rest of a command's context. */
export interface RenewalOptions {
  /** The time to live that each renewal gives, in milliseconds. */
  readonly ttlMs: number;
  /** Milliseconds after which renewals stop, so that a hung process does not keep a database for ever. */
  readonly limitMs: number;
  readonly emit: Listener;
  /** The shortest time to live of a renewal; default `LEAST_MS`. */
  readonly leastMs?: number | undefined;
  /** The time that passes; default the real one. */
  readonly clock?: Clock | undefined;
}

interface Clock {
  /** Milliseconds since any moment. */
  readonly nowMs: () => number;
  /** Waits, and ends early without an error when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const REAL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  // The command of the run keeps the process alive, not its renewals.
  sleep: (ms, signal) => timer(ms, undefined, { signal, ref: false }).catch(() => {}),
};

/** A database in use expires in ten minutes at the earliest. A renewal each few seconds would be too many calls. */
const LEAST_MS = 10 * 60_000;

/** The longest time between two renewals, so that the last use that is recorded is never old. */
const LONGEST_PAUSE_MS = 5 * 60_000;

const HOUR_MS = 3_600_000;

/** The renewals of a run: its time to live, for 24 hours in a CI and for seven days elsewhere. */
export function renewalOf({ settings, ci, emit }: Pick<Context, "settings" | "ci" | "emit">): RenewalOptions {
  return { ttlMs: settings.ttlMs ?? defaultTtl(ci.isCi), limitMs: (ci.isCi ? 24 : 7 * 24) * HOUR_MS, emit };
}

/**
 * Renews the expiry of a database until the returned function is called, which waits for a renewal that is under way. A
 * failed renewal is reported once and tried again. Ends when the database was deleted, and with a warning after `limitMs`.
 */
export function renewWhileUsed(database: Database, options: RenewalOptions): () => Promise<void> {
  const { ttlMs, limitMs, leastMs = LEAST_MS, clock = REAL_CLOCK } = options;
  const stopped = new AbortController();
  const renew = database.renew?.bind(database);
  if (renew === undefined || database.expiresAt === undefined) return async () => {};
  const forMs = Math.max(ttlMs, leastMs);
  const everyMs = Math.min(LONGEST_PAUSE_MS, forMs / 3);
  const done = (async (): Promise<void> => {
    const end = clock.nowMs() + limitMs;
    const state = { hasFailed: false, expiresAt: database.expiresAt };
    // The expiry was set a moment ago. A short one does not last until the first renewal.
    if (ttlMs >= leastMs) await clock.sleep(everyMs, stopped.signal);
    for (; !stopped.signal.aborted; await clock.sleep(everyMs, stopped.signal)) {
      if (clock.nowMs() >= end) return warnOfLimit(database, state.expiresAt, options);
      try {
        state.expiresAt = await renew(forMs, stopped.signal);
        if (state.expiresAt === undefined) return;
        state.hasFailed = false;
      } catch (thrown) {
        if (!stopped.signal.aborted && !state.hasFailed) warnOfFailure(database, state.expiresAt, thrown, options);
        state.hasFailed = true;
      }
    }
  })();
  return async () => {
    stopped.abort();
    await done;
  };
}

/** The usage lock, which ends the renewals when it is released or closed. */
export function withRenewal(lock: UsageLock, stopRenewing: () => Promise<void>): UsageLock {
  return {
    ...lock,
    async release(waitMs) {
      await stopRenewing();
      return lock.release(waitMs);
    },
    async close() {
      await stopRenewing();
      await lock.close();
    },
  };
}

function warnOfFailure({ name }: Database, expiresAt: Date | undefined, thrown: unknown, { emit }: RenewalOptions): void {
  const text = `The expiry of ${name} could not be renewed: ${messageOf(thrown).replace(/\.$/, "")}. It is tried again; until then it expires at ${expiresAt && formatUtc(expiresAt)}.`;
  emit({ kind: "warning", text });
}

function warnOfLimit({ name }: Database, expiresAt: Date | undefined, { limitMs, emit }: RenewalOptions): void {
  const text = `This run has used ${name} for ${Math.round(limitMs / HOUR_MS)} h, so its expiry is not renewed any more. It expires at ${expiresAt && formatUtc(expiresAt)}. \`offshoot extend\` sets a new expiry.`;
  emit({ kind: "warning", text });
}
