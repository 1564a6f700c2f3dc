import { setTimeout as timer } from "node:timers/promises";
import { connect, type Session } from "../postgres/connect.ts";
import { lockShared } from "../postgres/lock.ts";
import type { CloneServer } from "../providers/provider.ts";
import { SUITE_SESSION } from "../usage/suites.ts";
import { suiteLockOf, suitesLockOf } from "../providers/local/locks.ts";

/** Milliseconds between two attempts to take a lost lock again. */
const RETRY_MS = 500;

/** Neon suspends a compute after 300 s without a query. */
const KEEP_AWAKE_MS = 60_000;

export interface SuiteLock {
  readonly close: () => Promise<void>;
}

/** The keys of the locks of a suite. */
export function suiteLocks({ repository, run }: CloneServer["tag"], suite: string): readonly string[] {
  return [suiteLockOf(suite), suitesLockOf(repository, run)];
}

/**
 * Holds the locks that show that the suite runs: session locks, so that a killed process cannot keep them. Without them, idle
 * reapers and other suites delete the suite's clones. Lost locks, as after a restart of the server, are taken again.
 */
export async function holdSuiteLock({ url, tag }: CloneServer, suite: string, signal: AbortSignal): Promise<SuiteLock> {
  const keys = suiteLocks(tag, suite);
  const state = { isOpen: true };
  let session = await take(url, keys, signal);
  const awake = setInterval(() => void session.query("select 1").catch(() => session.close()), KEEP_AWAKE_MS);
  const watch = (): void => session.lost.addEventListener("abort", () => void again(), { once: true });
  const again = async (): Promise<void> => {
    while (state.isOpen) {
      await timer(RETRY_MS, undefined, { ref: false });
      try {
        const next = await take(url, keys);
        session = next;
        return state.isOpen ? watch() : await next.close();
      } catch {
        // The server does not answer yet. When the suite ends, this ends too.
      }
    }
  };
  watch();
  return {
    async close() {
      state.isOpen = false;
      clearInterval(awake);
      await session.close();
    },
  };
}

async function take(url: string, keys: readonly string[], signal?: AbortSignal): Promise<Session> {
  const session = await connect(url, { applicationName: SUITE_SESSION, signal });
  for (const key of keys) await lockShared(session, key);
  return session;
}
