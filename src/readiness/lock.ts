import type { Session } from "../postgres/connect.ts";
import { LOCK_CLASS, tryLock } from "../postgres/lock.ts";

/**
 * One lock per database, not per fingerprint: two migrations of whatever kind never share a database.
 * Advisory locks are per database in Postgres already, so the key need not name it.
 */
const KEY = "offshoot:gate";

/** The row of pg_locks (named `l`) that is our lock in this database. */
const IS_GATE_LOCK = `l.locktype = 'advisory' and l.classid = ${LOCK_CLASS}::oid and l.objsubid = 2 and l.granted
  and l.objid = (hashtext('${KEY}')::bigint & 4294967295)::oid
  and l.database = (select oid from pg_database where datname = current_database())`;

/** An SQL condition: the session that runs the statement holds the gate's lock. */
export const HOLDS_LOCK = `exists (select 1 from pg_locks l where l.pid = pg_backend_pid() and ${IS_GATE_LOCK})`;

/** The session that holds the gate's lock. */
export interface Holder {
  readonly pid: number;
  /** When it last began or ended a statement; undefined where the role may not see that. */
  readonly activeAt: Date | undefined;
}

/** Tries for the lock. Never blocks in the server: a blocked waiter would hang `CREATE INDEX CONCURRENTLY`. */
export function tryGateLock(session: Session): Promise<boolean> {
  return tryLock(session, KEY);
}

export async function readHolder(session: Session): Promise<Holder | undefined> {
  const [row] = await session.query<{ pid: number; activeAt: Date | null }>(
    `select l.pid, a.state_change as "activeAt" from pg_locks l left join pg_stat_activity a on a.pid = l.pid where ${IS_GATE_LOCK}`,
  );
  return row === undefined ? undefined : { pid: row.pid, activeAt: row.activeAt ?? undefined };
}

/**
 * Ends the session of a leader that fell silent, so that its lock becomes free. All conditions are looked at again
 * in the same statement: by now another may lead, and must not be hit.
 */
export async function endSilentHolder(session: Session, pid: number, leaseMs: number): Promise<boolean> {
  const rows = await session.query(
    `select pg_terminate_backend(l.pid)
       from pg_locks l
       left join pg_stat_activity a on a.pid = l.pid
       left join offshoot.readiness r on r.backend_pid = l.pid and r.state = 'migrating' and r.started_at >= a.backend_start
      where ${IS_GATE_LOCK} and l.pid = $1
        and coalesce(r.beat_at, a.state_change) < clock_timestamp() - make_interval(secs => $2::float8 / 1000)`,
    [pid, leaseMs],
  );
  return rows.length > 0;
}
