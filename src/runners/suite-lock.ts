import { setTimeout as timer } from "node:timers/promises";
import { connect, type Session } from "../postgres/connect.ts";
import { LOCK_CLASS } from "../postgres/lock.ts";
import { suiteLockOf } from "../providers/local/locks.ts";

/** Milliseconds between two attempts to take a lost lock again. */
const RETRY_MS = 500;

/** Neon suspends a compute after 300 s without a query. */
const KEEP_AWAKE_MS = 60_000;

/**
 * Holds the lock that shows that the suite runs: a session lock, so that a killed process cannot keep it. Without it, idle
 * reapers and other suites delete the suite's clones. A lost lock, as after a restart of the server, is taken again.
 */
export async function holdSuiteLock(url: string, suite: string, signal: AbortSignal): Promise<{ close(): Promise<void> }> {
  const state = { isOpen: true };
  let session = await take(url, suite, signal);
  const awake = setInterval(() => void session.query("select 1").catch(() => session.close()), KEEP_AWAKE_MS);
  const watch = (): void => session.lost.addEventListener("abort", () => void again(), { once: true });
  const again = async (): Promise<void> => {
    while (state.isOpen) {
      await timer(RETRY_MS, undefined, { ref: false });
      try {
        const next = await take(url, suite);
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

async function take(url: string, suite: string, signal?: AbortSignal): Promise<Session> {
  const session = await connect(url, { applicationName: "offshoot:suite", signal });
  await session.query("select pg_advisory_lock_shared($1, hashtext($2))", [LOCK_CLASS, suiteLockOf(suite)]);
  return session;
}
