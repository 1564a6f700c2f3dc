import type { Session } from "../../postgres/connect.ts";
import { LOCK_CLASS, tryLock } from "../../postgres/lock.ts";

/** Key of the lock that a server's idle reaper holds. */
export const IDLE_REAPER = "idle reaper";

/**
 * Key of the lock of the server as a whole. A creator of a database holds it shared. The process that stops the server holds
 * it exclusively, so that no server is stopped while a database is created on it.
 */
export const SERVER = "server";

/** Key of the lock under which a database is created, changed and dropped. */
export function lockOf(database: string): string {
  return `database ${database}`;
}

/** Key of the lock that the processes of a suite of tests hold, or one process: when all of them have ended, its databases are deleted. */
export function suiteLockOf(suite: string): string {
  return `suite ${suite}`;
}

/** Key of the lock that every suite of a run holds, from before it looks for the source of its clones. */
export function suitesLockOf(repository: string, run: string): string {
  return `suites of ${repository} ${run}`;
}

/**
 * Tries for the locks of a creator: that of the database, that of its scratch name, and the shared lock of the server.
 * Holds all of them or none. They are released at the end of the session.
 */
export async function tryCreatorLocks(session: Session, database: string, scratch: string): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>(
    `select case when pg_catalog.pg_try_advisory_lock($1, pg_catalog.hashtext($2)) and pg_catalog.pg_try_advisory_lock($1, pg_catalog.hashtext($3))
       then pg_catalog.pg_try_advisory_lock_shared($1, pg_catalog.hashtext($4)) else false end as held`,
    [LOCK_CLASS, lockOf(database), lockOf(scratch), SERVER],
  );
  if (row?.held) return true;
  await releaseAll(session);
  return false;
}

/** Releases the locks of `tryCreatorLocks`, and keeps other locks of the session. */
export async function releaseCreatorLocks(session: Session, database: string, scratch: string): Promise<void> {
  await session.query(
    `select pg_catalog.pg_advisory_unlock($1, pg_catalog.hashtext($2)), pg_catalog.pg_advisory_unlock($1, pg_catalog.hashtext($3)), pg_catalog.pg_advisory_unlock_shared($1, pg_catalog.hashtext($4))`,
    [LOCK_CLASS, lockOf(database), lockOf(scratch), SERVER],
  );
}

/** Releases every lock of the session. */
export async function releaseAll(session: Session): Promise<void> {
  await session.query("select pg_catalog.pg_advisory_unlock_all()");
}

/** Tries for the lock to stop the server. False while a database is created, or while another process stops the server. */
export function tryStopLock(session: Session): Promise<boolean> {
  return tryLock(session, SERVER);
}
