import { asciiJson } from "../ascii.ts";
import type { Session } from "../postgres/connect.ts";
import { HOLDS_LOCK } from "./lock.ts";
import type { Failure, Marker, MarkerKey, MarkerState } from "./marker.ts";
import type { ReadinessRequest } from "./request.ts";
import type { WatchdogProcess } from "./watchdog-process.ts";

/** A leader's right to write its marker. Every write below checks the lock and the epoch in the same statement. */
export interface Claim {
  readonly key: MarkerKey;
  readonly epoch: number;
}

/** A claim with the session that holds the leader's lock. */
export interface Lead {
  /** The caller closes it. It is closed earlier when the database is copied as a base. */
  readonly session: Session;
  readonly claim: Claim;
  /** Milliseconds after which the command of an earlier leader has certainly ended. */
  readonly settleMs: number;
  /** Whether an earlier leader was ended in the middle of its command. */
  readonly wasEnded: boolean;
  /** When that leader began, by the database's clock. Undefined: no leader was ended. */
  readonly endedLeaderAt?: Date | undefined;
  /** The watchdog of the first step's command, which is already being started. Undefined: a function runs. */
  readonly watchdog?: WatchdogProcess | undefined;
}

/**
 * How a lead ended. `lost`, with the reason: another job may lead by now, our command has ended, and nothing was recorded.
 */
export type Outcome = "ready" | Lost;

export interface Lost {
  /** Completes "This job lost the lead of the migration: …". */
  readonly lost: string;
}

/** An SQL condition on the marker of a claim, and on the session's lock. `ownRow` gives its first four parameters. */
export const OWN_ROW = `database_id = $1 and run = $2 and fingerprint = $3 and epoch = $4 and ${HOLDS_LOCK}`;

/**
 * Writes the marker as "migrating" with an epoch above all others in this database. From then on, older leaders can
 * write nothing, also those of another fingerprint. Deletes the records of processes that no longer wait: only a new leader does
 * that, so it never runs twice at once. Undefined when the lock was lost.
 */
export async function claim(
  session: Session,
  key: MarkerKey,
  request: ReadinessRequest,
  starts: readonly string[] = [],
): Promise<Claim | undefined> {
  const owner = { ...request.owner, ...(starts.length === 0 ? {} : { starts }), leaseMs: request.timings.leaseMs };
  const rows = await session.query<{ epoch: number }>(
    `with expired as (delete from offshoot.waiters where expires_at < pg_catalog.clock_timestamp() and ${HOLDS_LOCK})
     insert into offshoot.readiness as r
       (database_id, run, fingerprint, invocation, state, attempt, epoch, owner, backend_pid, started_at, beat_at)
     select $1, $2, $3, $4, 'migrating', $5, (select coalesce(pg_catalog.max(epoch), 0) + 1 from offshoot.readiness), $6::pg_catalog.json,
       pg_catalog.pg_backend_pid(), pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp() where ${HOLDS_LOCK}
     on conflict (database_id, run, fingerprint) do update set
       invocation = excluded.invocation, state = 'migrating',
       attempt = case when r.invocation is distinct from excluded.invocation then excluded.attempt else greatest(r.attempt, excluded.attempt) end,
       epoch = excluded.epoch,
       owner = excluded.owner, backend_pid = excluded.backend_pid, started_at = excluded.started_at, beat_at = excluded.beat_at,
       finished_at = null, error = null
     returning epoch`,
    [key.database, key.run, key.fingerprint, request.invocation, request.attempt, asciiJson(owner)],
  );
  return rows[0] === undefined ? undefined : { key, epoch: rows[0].epoch };
}

/** Writes a heartbeat. False when the claim is lost. */
export function recordHeartbeat(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `beat_at = pg_catalog.clock_timestamp()`, `state = 'migrating'`);
}

/** Writes how the migration ended. False when the claim is lost: then nothing is written. */
export function recordEnd(session: Session, held: Claim, state: "ready" | "failed", failure?: Failure): Promise<boolean> {
  const error = failure === undefined ? null : toJson(failure);
  return update(
    session,
    held,
    `state = $5, error = $6::pg_catalog.json, finished_at = pg_catalog.clock_timestamp()`,
    `state = 'migrating'`,
    [state, error],
  );
}

/** Writes that the database is migrated and verified, and is now copied as a base. False when the claim is lost. */
export function startFinalizing(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `state = 'finalizing', beat_at = pg_catalog.clock_timestamp(), backend_pid = null`, `state = 'migrating'`);
}

/** Writes "ready" after the copy: by the leader, or by a job that finds that the leader has ended. */
export function endFinalizing(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `state = 'ready', finished_at = pg_catalog.clock_timestamp()`, `state = 'finalizing'`);
}

/** Gives up the lead without a result. The next leader can start at once, because our command has ended. */
export function giveUp(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `backend_pid = null`, `state = 'migrating'`);
}

/** Reads the state and epoch of one marker. Needs no lock. */
export async function readState(session: Session, key: MarkerKey): Promise<{ state: MarkerState; epoch: number } | undefined> {
  const [row] = await session.query<{ state: MarkerState; epoch: number }>(
    "select state, epoch from offshoot.readiness where database_id = $1 and run = $2 and fingerprint = $3",
    [key.database, key.run, key.fingerprint],
  );
  return row;
}

/**
 * Records an inherited "ready" as this database's own marker, so that a job of the same run with other migrations gets
 * a conflict. The times of the row are those of this job, so it is also the owner. Writes nothing when another job was faster.
 */
export async function adoptReady(session: Session, key: MarkerKey, from: Marker, request: ReadinessRequest): Promise<void> {
  await session.query(
    `insert into offshoot.readiness
       (database_id, run, fingerprint, invocation, state, attempt, epoch, owner, started_at, beat_at, finished_at)
     select $1, $2, $3, $4, 'ready', $5, $6, $7::pg_catalog.json, pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp()
      where not exists (select 1 from offshoot.readiness where database_id = $1 and fingerprint <> $3)
     on conflict do nothing`,
    [
      key.database,
      key.run,
      key.fingerprint,
      request.invocation,
      request.attempt,
      from.epoch,
      asciiJson({ ...request.owner, leaseMs: request.timings.leaseMs }),
    ],
  );
}

/** The parameters $1 to $4 of `OWN_ROW`. */
export function ownRow({ key, epoch }: Claim): readonly unknown[] {
  return [key.database, key.run, key.fingerprint, epoch];
}

async function update(session: Session, held: Claim, set: string, when: string, more: readonly unknown[] = []): Promise<boolean> {
  const rows = await session.query(`update offshoot.readiness set ${set} where ${OWN_ROW} and ${when} returning 1`, [
    ...ownRow(held),
    ...more,
  ]);
  return rows.length === 1;
}

/** No server can show a NUL character as text (PostgreSQL documentation, "JSON Types"). */
function toJson(failure: Failure): string {
  return asciiJson(failure).replaceAll("\\u0000", "");
}
