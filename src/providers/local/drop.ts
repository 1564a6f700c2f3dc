import { codeOf, messageOf } from "../../errors.ts";
import type { Deadline } from "../../deadline.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { tryLock, unlock, withLock } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import type { Released } from "../provider.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { lockOf } from "./locks.ts";
import { isScratch } from "./names.ts";
import type { Bounds } from "./server.ts";

/** Drops a database and ends its sessions. Under the lock of the database it is read again, and `mayDrop` decides; it can throw. */
export function dropDatabase(
  session: Session,
  name: string,
  within: Deadline,
  mayDrop: (entry: Entry, snapshot: Snapshot) => boolean,
): Promise<Released> {
  return withLock(session, lockOf(name), within, async () => {
    const snapshot = await readDatabases(session);
    const entry = snapshot.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return "not-found";
    if (!mayDrop(entry, snapshot)) return "kept";
    await dropEntry(session, entry);
    return "deleted";
  });
}

/** Drops a database that the caller has checked and locked, and ends its sessions. */
export async function dropEntry(session: Session, entry: Pick<Entry, "name" | "isTemplate">): Promise<void> {
  const name = identifier(entry.name);
  if (entry.isTemplate) await session.query(`alter database ${name} is_template false`);
  try {
    await session.query(`drop database if exists ${name} with (force)`);
  } catch (thrown) {
    if (codeOf(thrown) !== SQLSTATE.insufficientPrivilege) throw thrown;
    await endSessions(session, entry.name);
    await session.query(`drop database if exists ${name}`);
  }
}

/**
 * Ends the sessions that this role is allowed to end. FORCE ends no session at all when one of them belongs to a superuser,
 * and an autovacuum worker does. A DROP without FORCE ends those workers itself, and no other session (PostgreSQL source,
 * `TerminateOtherDBBackends` and `CountOtherDBBackends`).
 */
function endSessions(session: Session, database: string): Promise<unknown> {
  const mine = "datname = $1 and pid <> pg_backend_pid() and pg_has_role(usesysid, 'USAGE')";
  return session.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${mine}`, [database]);
}

export interface StaleOptions extends Bounds {
  /** Milliseconds after its last use when a base is dropped. */
  readonly baseTtlMs: number;
  /** A database to keep even if it is stale. */
  readonly except?: string | undefined;
}

/**
 * Drops expired databases of runs, unused bases, and unfinished databases of killed processes. Needs no round trip when there
 * is nothing to drop. A failure is reported as a warning and not thrown.
 */
export async function dropStale(session: Session, snapshot: Snapshot, options: StaleOptions): Promise<void> {
  const mayDrop = (entry: Entry, { now }: Snapshot): boolean => isStale(entry, now, options.baseTtlMs);
  for (const entry of snapshot.entries) {
    if (entry.name === options.except) continue;
    try {
      if (isScratch(entry.name)) await dropAbandoned(session, entry);
      else if (mayDrop(entry, snapshot)) await dropDatabase(session, entry.name, options.within, mayDrop);
    } catch (thrown) {
      options.emit({ kind: "warning", text: `Could not drop the stale database ${entry.name}: ${messageOf(thrown)}` });
      if (session.lost.aborted) return;
    }
  }
}

/** Whether a run's database has expired, or a base is unused for too long. A database without a readable tag is never stale. */
export function isStale(entry: Entry, now: Date, baseTtlMs: number): boolean {
  const { tag } = entry;
  if (tag === undefined) return false;
  if (tag.kind === "run") return tag.expires !== undefined && Date.parse(tag.expires) <= now.getTime();
  return entry.isTemplate && (entry.lastUsedAt?.getTime() ?? Date.parse(tag.created)) + baseTtlMs <= now.getTime();
}

/** Drops a scratch database unless its creator still holds the lock. Reads again under the lock: it may have its real name now. */
async function dropAbandoned(session: Session, scratch: Entry): Promise<void> {
  const key = lockOf(scratch.name);
  if (!(await tryLock(session, key))) return;
  try {
    const { entries } = await readDatabases(session);
    if (entries.some((entry) => entry.name === scratch.name)) await dropEntry(session, scratch);
  } finally {
    if (!session.lost.aborted) await unlock(session, key);
  }
}
