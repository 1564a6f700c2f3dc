import type { Session } from "../postgres/connect.ts";
import { isTableMissing } from "../postgres/sqlstate.ts";
import { IS_LEADER_LOCK } from "./lock.ts";
import type { Marker } from "./marker.ts";
import type { Snapshot } from "./snapshot.ts";
import { limitsOf, type ReadinessTimings } from "./timings.ts";

/**
 * Ends the session of a leader without a heartbeat, which releases its lock. The statement checks all conditions again:
 * by now another job may be the leader, and its session must not be ended.
 */
export async function endSilentLeader(session: Session, pid: number, leaseMs: number): Promise<boolean> {
  try {
    return await endSilent(session, pid, leaseMs, MARKER_OF_LEADER);
  } catch (thrown) {
    if (!isTableMissing(thrown)) throw thrown;
    // A leader that stopped before it created the tables has no marker. Its session's last statement is its heartbeat.
    return endSilent(session, pid, leaseMs, NO_MARKER);
  }
}

const MARKER_OF_LEADER =
  "left join offshoot.readiness r on r.backend_pid = l.pid and r.state = 'migrating' and r.started_at >= a.backend_start";
const NO_MARKER = "cross join (values (null::pg_catalog.timestamptz)) r (beat_at)";

async function endSilent(session: Session, pid: number, leaseMs: number, marker: string): Promise<boolean> {
  const rows = await session.query(
    `select pg_catalog.pg_terminate_backend(l.pid)
       from pg_catalog.pg_locks l
       left join pg_catalog.pg_stat_activity a on a.pid = l.pid
       ${marker}
      where ${IS_LEADER_LOCK} and l.pid = $1
        and coalesce(r.beat_at, a.state_change) < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $2::pg_catalog.float8 / 1000)`,
    [pid, leaseMs],
  );
  return rows.length > 0;
}

/**
 * Milliseconds that a new leader waits first. If the lock is free and the marker is "migrating", the leader died, and
 * its watchdog may still be ending its command. A leader that gave up the lead, or was silent for its lease, has left
 * no command.
 */
export function settleMsAfter({ database, now, markers }: Snapshot, timings: ReadinessTimings): number {
  const isFresh = (marker: Marker): boolean => now.getTime() - marker.beatAt.getTime() < marker.owner.leaseMs;
  const leaderDied = markers.some(
    (marker) => marker.database === database && marker.state === "migrating" && marker.backendPid !== undefined && isFresh(marker),
  );
  return leaderDied ? limitsOf(timings).settleMs : 0;
}
