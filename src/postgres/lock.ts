import { type Deadline, jitter } from "../deadline.ts";
import type { Session } from "./connect.ts";

/** The first half of our two-part advisory lock keys: "offs" in ASCII. Two-part keys show as `objsubid = 2`. */
export const LOCK_CLASS = 0x6f666673;

/** Tries for a session lock without waiting. */
export async function tryLock(session: Session, key: string): Promise<boolean> {
  const [row] = await session.query<{ locked: boolean }>("select pg_try_advisory_lock($1, hashtext($2)) as locked", [LOCK_CLASS, key]);
  return row?.locked ?? false;
}

export async function unlock(session: Session, key: string): Promise<void> {
  await session.query("select pg_advisory_unlock($1, hashtext($2))", [LOCK_CLASS, key]);
}

/**
 * Runs `work` under a session lock. The lock is polled for and never waited for in the server: a blocked
 * waiter holds a snapshot, and `CREATE INDEX CONCURRENTLY` elsewhere in the database then waits for it.
 */
export async function withLock<T>(session: Session, key: string, within: Deadline, work: () => Promise<T>): Promise<T> {
  for (let pauseMs = 10; !(await tryLock(session, key)); pauseMs = Math.min(pauseMs * 1.5, 100)) await within.pause(jitter(pauseMs));
  try {
    return await work();
  } finally {
    // A session that is gone has lost the lock already.
    if (!session.lost.aborted) await unlock(session, key).catch(() => session.close());
  }
}
