import type { Session } from "../../postgres/connect.ts";
import { LOCK_CLASS, tryLock } from "../../postgres/lock.ts";

/** Held by the process that stops the server when it is idle. */
export const KEEPER = "keeper";

/** Shared by all who create a database; exclusive for the one that stops the server, so that it stops under nobody. */
export const LIFE = "server";

/** Key of the lock under which a database is created, renewed and dropped. */
export function lockOf(database: string): string {
  return `database ${database}`;
}

/**
 * Tries for all that a creator needs: the database's own lock, a share in the server's life, and the lock of
 * its scratch name. Holds all of them or none; the end of the session gives them back.
 */
export async function tryCreatorLocks(session: Session, database: string, scratch: string): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>(
    `select case when pg_try_advisory_lock($1, hashtext($2)) and pg_try_advisory_lock($1, hashtext($3))
       then pg_try_advisory_lock_shared($1, hashtext($4)) else false end as held`,
    [LOCK_CLASS, lockOf(database), lockOf(scratch), LIFE],
  );
  if (row?.held) return true;
  await releaseAll(session);
  return false;
}

/** Gives back every lock of the session. */
export async function releaseAll(session: Session): Promise<void> {
  await session.query("select pg_advisory_unlock_all()");
}

/** Tries for the right to stop the server: false while somebody creates a database or stops it already. */
export function tryStopLock(session: Session): Promise<boolean> {
  return tryLock(session, LIFE);
}
