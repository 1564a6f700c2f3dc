import { setTimeout as timer } from "node:timers/promises";
import type { Session } from "../postgres/connect.ts";
import { LOCK_CLASS } from "../postgres/lock.ts";
import { CAN_END } from "./sessions.ts";

/** PostgreSQL keeps the channels of each database apart. */
const CHANNEL = "offshoot_readiness";

/** The processes that listen at the same time in one database. Others only poll, because a server has few connections. */
const PLACES = 10;

/** A server that does not answer must not delay the leader. */
const NOTIFY_MS = 500;

/** The key of a place, for the advisory lock that its session holds. `place` is an SQL expression. */
const keyOf = (place: string): string => `pg_catalog.hashtext('offshoot:listener:' || ${place})`;

/**
 * Wakes the waiting jobs that listen, after the marker was changed. A notification that is lost changes nothing: the next poll
 * of the job sees the marker.
 */
export async function notifyWaiters(session: Session): Promise<void> {
  const sent = session.query("select pg_catalog.pg_notify($1, '')", [CHANNEL]).catch(() => {});
  await Promise.race([sent, timer(NOTIFY_MS, undefined, { ref: false })]);
}

/** Lets the session listen, if a place is free. The session keeps the place until it ends. */
export async function takePlace(session: Session): Promise<boolean> {
  const rows = await session.query(
    `select place from pg_catalog.generate_series(1, ${PLACES}) place
      where pg_catalog.pg_try_advisory_lock(${LOCK_CLASS}, ${keyOf("place")}) limit 1`,
  );
  if (rows.length === 0) return false;
  await session.query(`listen ${CHANNEL}`);
  return true;
}

/** Whether the session has a server process of its own, because the protocol reports the number of that process. */
export async function isOwnProcess(session: Session): Promise<boolean> {
  const [row] = await session.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid");
  return row !== undefined && row.pid === session.reportedPid;
}

/** Ends the sessions that listen in this database, because a database can be copied only while it has no session. */
export async function endListeners(session: Session): Promise<void> {
  await session.query(
    `select case when ${CAN_END} then pg_catalog.pg_terminate_backend(a.pid) end
       from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.datname = pg_catalog.current_database()
      where l.locktype = 'advisory' and l.classid = ${LOCK_CLASS}::pg_catalog.oid and l.objsubid = 2 and l.database = a.datid
        and l.objid in (select (${keyOf("place")}::bigint & 4294967295)::pg_catalog.oid from pg_catalog.generate_series(1, ${PLACES}) place)
        and a.pid <> pg_catalog.pg_backend_pid()`,
  );
}
