import type { Session } from "../postgres/connect.ts";
import { LOCK_CLASS, tryLock } from "../postgres/lock.ts";

/**
 * The leader holds this lock. There is one per database, not one per fingerprint: two migrations never run in one
 * database at the same time. Postgres keeps advisory locks per database, so the key does not name the database.
 */
export const LEADER_KEY = "offshoot:readiness";

/** An SQL condition: the row `l` of pg_locks is the leader's lock in this database. */
export const IS_LEADER_LOCK = `l.locktype = 'advisory' and l.classid = ${LOCK_CLASS}::pg_catalog.oid and l.objsubid = 2 and l.granted
  and l.objid = (pg_catalog.hashtext('${LEADER_KEY}')::bigint & 4294967295)::pg_catalog.oid
  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`;

/** An SQL condition: the session that runs the statement holds the leader's lock. */
export const HOLDS_LOCK = `exists (select 1 from pg_catalog.pg_locks l where l.pid = pg_catalog.pg_backend_pid() and ${IS_LEADER_LOCK})`;

/** The session that holds the leader's lock. */
export interface LockHolder {
  readonly pid: number;
  /** When it last started or finished a statement. Undefined where the role must not see that. */
  readonly activeAt: Date | undefined;
}

/** Tries to take the lock. It never waits in the server: a waiting session would block `CREATE INDEX CONCURRENTLY`. */
export function tryLeaderLock(session: Session): Promise<boolean> {
  return tryLock(session, LEADER_KEY);
}

/** An SQL query of the session that holds the leader's lock. */
export const HOLDER = `select l.pid, a.state_change as "activeAt" from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
  where ${IS_LEADER_LOCK}`;

export async function readLockHolder(session: Session): Promise<LockHolder | undefined> {
  const [row] = await session.query<{ pid: number; activeAt: Date | null }>(HOLDER);
  return row === undefined ? undefined : { pid: row.pid, activeAt: row.activeAt ?? undefined };
}

/** Whether this session holds the leader's lock. */
export async function holdsLeaderLock(session: Session): Promise<boolean> {
  const [row] = await session.query<{ holds: boolean }>(`select ${HOLDS_LOCK} as holds`);
  return row?.holds ?? false;
}
