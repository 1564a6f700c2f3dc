import type { Session } from "../postgres/connect.ts";
import { HOLDS_LOCK } from "./lock.ts";
import type { Failure } from "./marker.ts";
import type { Marker, MarkerKey, MarkerState } from "./marker.ts";
import type { ReadinessRequest } from "./request.ts";

/** A leader's hold on its marker. Every write below proves the lock and the epoch in its own statement. */
export interface Claim {
  readonly key: MarkerKey;
  readonly epoch: number;
}

const MINE = `database_id = $1 and run = $2 and fingerprint = $3 and epoch = $4 and ${HOLDS_LOCK}`;

/**
 * Makes the marker ours, with an epoch above all that this database has seen, so that any older leader, also one
 * of another fingerprint, is known as old. Undefined when the lock is gone.
 */
export async function claim(session: Session, key: MarkerKey, request: ReadinessRequest): Promise<Claim | undefined> {
  const owner = { ...request.owner, leaseMs: request.timings.leaseMs };
  const rows = await session.query<{ epoch: number }>(
    `insert into offshoot.readiness as r
       (database_id, run, fingerprint, invocation, state, attempt, epoch, owner, backend_pid, started_at, beat_at)
     select $1, $2, $3, $4, 'migrating', $5, (select coalesce(max(epoch), 0) + 1 from offshoot.readiness), $6::jsonb,
       pg_backend_pid(), clock_timestamp(), clock_timestamp() where ${HOLDS_LOCK}
     on conflict (database_id, run, fingerprint) do update set
       invocation = excluded.invocation, state = 'migrating',
       attempt = case when r.invocation is distinct from excluded.invocation then excluded.attempt else greatest(r.attempt, excluded.attempt) end,
       epoch = excluded.epoch,
       owner = excluded.owner, backend_pid = excluded.backend_pid, started_at = excluded.started_at, beat_at = excluded.beat_at,
       finished_at = null, error = null
     returning epoch`,
    [key.database, key.run, key.fingerprint, request.invocation, request.attempt, JSON.stringify(owner)],
  );
  return rows[0] === undefined ? undefined : { key, epoch: rows[0].epoch };
}

/** One heartbeat; false when the claim is lost. */
export function beat(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `beat_at = clock_timestamp()`, `state = 'migrating'`);
}

/** Writes the end; false when the claim was lost before, and then nothing is written. */
export function finish(session: Session, held: Claim, state: "ready" | "failed", failure?: Failure): Promise<boolean> {
  const error = failure === undefined ? null : storable(failure);
  return update(session, held, `state = $5, error = $6::jsonb, finished_at = clock_timestamp()`, `state = 'migrating'`, [state, error]);
}

/** "Migrated and checked; the base is being copied": false when the claim was lost. */
export function seal(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `state = 'sealing', beat_at = clock_timestamp(), backend_pid = null`, `state = 'migrating'`);
}

/** The word "ready" after the sealing, by its leader or by whoever finds the leader gone. */
export function unseal(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `state = 'ready', finished_at = clock_timestamp()`, `state = 'sealing'`);
}

/** Lets go without a verdict: another may lead at once, and need not wait for remains of ours. */
export function letGo(session: Session, held: Claim): Promise<boolean> {
  return update(session, held, `backend_pid = null`, `state = 'migrating'`);
}

/** The state and epoch of one marker, with no lock needed. */
export async function peek(session: Session, key: MarkerKey): Promise<{ state: MarkerState; epoch: number } | undefined> {
  const [row] = await session.query<{ state: MarkerState; epoch: number }>(
    "select state, epoch from offshoot.readiness where database_id = $1 and run = $2 and fingerprint = $3",
    [key.database, key.run, key.fingerprint],
  );
  return row;
}

/**
 * Writes an inherited "ready" down as this database's own, so that a job of the same run with other migrations
 * is told. Nothing happens when somebody was faster.
 */
export async function adopt(session: Session, key: MarkerKey, from: Marker, request: ReadinessRequest): Promise<void> {
  await session.query(
    `insert into offshoot.readiness
       (database_id, run, fingerprint, invocation, state, attempt, epoch, owner, started_at, beat_at, finished_at)
     select $1, $2, $3, $4, 'ready', $5, $6, $7::jsonb, clock_timestamp(), clock_timestamp(), clock_timestamp()
      where not exists (select 1 from offshoot.readiness where database_id = $1 and fingerprint <> $3)
     on conflict do nothing`,
    [key.database, key.run, key.fingerprint, request.invocation, request.attempt, from.epoch, JSON.stringify(from.owner)],
  );
}

async function update(session: Session, { key, epoch }: Claim, set: string, when: string, more: readonly unknown[] = []): Promise<boolean> {
  const rows = await session.query(`update offshoot.readiness set ${set} where ${MINE} and ${when} returning 1`, [
    key.database,
    key.run,
    key.fingerprint,
    epoch,
    ...more,
  ]);
  return rows.length === 1;
}

/** jsonb takes no NUL characters (PostgreSQL documentation, "JSON Types"). */
function storable(failure: Failure): string {
  return JSON.stringify(failure).replaceAll("\\u0000", "");
}
