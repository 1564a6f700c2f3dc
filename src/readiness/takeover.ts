import { createHash } from "node:crypto";
import type { Deadline } from "../deadline.ts";
import type { Session } from "../postgres/connect.ts";
import { IS_LEADER_LOCK } from "./lock.ts";
import type { Marker } from "./marker.ts";
import type { Snapshot } from "./snapshot.ts";
import { limitsOf, type ReadinessTimings } from "./timings.ts";

const NAME = "^offshoot:migrate:[0-9a-f]+:([0-9]{1,9})$";

/** The name of a migration's sessions, by which a later leader finds them. At most 63 bytes, the limit of Postgres. */
export function migrationName(run: string, epoch: number): string {
  return `offshoot:migrate:${createHash("sha256").update(run).digest("hex").slice(0, 12)}:${epoch}`;
}

/**
 * Ends the session of a leader without a heartbeat, which releases its lock. The statement checks all conditions again:
 * by now another job may be the leader, and its session must not be ended.
 */
export async function endSilentLeader(session: Session, pid: number, leaseMs: number): Promise<boolean> {
  const rows = await session.query(
    `select pg_terminate_backend(l.pid)
       from pg_locks l
       left join pg_stat_activity a on a.pid = l.pid
       left join offshoot.readiness r on r.backend_pid = l.pid and r.state = 'migrating' and r.started_at >= a.backend_start
      where ${IS_LEADER_LOCK} and l.pid = $1
        and coalesce(r.beat_at, a.state_change) < clock_timestamp() - make_interval(secs => $2::float8 / 1000)`,
    [pid, leaseMs],
  );
  return rows.length > 0;
}

/** Ends the sessions of migrations with an older epoch in this database. Returns their number. */
export async function endOlderSessions(session: Session, epoch: number): Promise<number> {
  const rows = await session.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and substring(application_name from $1)::integer < $2`,
    [NAME, epoch],
  );
  return rows.length;
}

/** Repeats `endOlderSessions` until no such session exists. */
export async function untilOlderSessionsEnded(session: Session, epoch: number, within: Deadline): Promise<void> {
  while ((await endOlderSessions(session, epoch)) > 0) await within.pause(50);
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
