import { type Deadline, jitter } from "../deadline.ts";
import type { Session } from "./connect.ts";

/** The first half of our two-part advisory lock keys: "offs" in ASCII. In `pg_locks`, two-part keys have `objsubid = 2`. */
export const LOCK_CLASS = 0x6f666673;

/** Tries to take a session lock, without waiting. */
export async function tryLock(session: Session, key: string): Promise<boolean> {
  const [row] = await session.query<{ locked: boolean }>("select pg_catalog.pg_try_advisory_lock($1, pg_catalog.hashtext($2)) as locked", [
    LOCK_CLASS,
    key,
  ]);
  return row?.locked ?? false;
}

/** Tries to take a shared session lock, without waiting. */
export async function tryLockShared(session: Session, key: string): Promise<boolean> {
  const [row] = await session.query<{ locked: boolean }>(
    "select pg_catalog.pg_try_advisory_lock_shared($1, pg_catalog.hashtext($2)) as locked",
    [LOCK_CLASS, key],
  );
  return row?.locked ?? false;
}

/** Takes a shared session lock. Nobody may hold a lock of this key exclusively for long: the server waits for it. */
export async function lockShared(session: Session, key: string): Promise<void> {
  await session.query("select pg_catalog.pg_advisory_lock_shared($1, pg_catalog.hashtext($2))", [LOCK_CLASS, key]);
}

/** Releases a session lock. */
export async function unlock(session: Session, key: string): Promise<void> {
  await session.query("select pg_catalog.pg_advisory_unlock($1, pg_catalog.hashtext($2))", [LOCK_CLASS, key]);
}

/**
 * Runs `work` with a session lock. The lock is polled and not waited for in the server: a session that waits holds a
 * snapshot, and `CREATE INDEX CONCURRENTLY` in another session would wait for that snapshot.
 */
export async function withLock<T>(session: Session, key: string, within: Deadline, work: () => Promise<T>): Promise<T> {
  for (let pauseMs = 10; !(await tryLock(session, key)); pauseMs = Math.min(pauseMs * 1.5, 100)) await within.pause(jitter(pauseMs));
  try {
    return await work();
  } finally {
    // A lost session has lost the lock already.
    if (!session.lost.aborted) await unlock(session, key).catch(() => session.close());
  }
}
