import { codeOf, messageOf } from "../../errors.ts";
import type { Deadline } from "../../deadline.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { tryLock, unlock, withLock } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import type { Released } from "../provider.ts";
import { whyInUse } from "../in-use.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { removeBlockers } from "./drop-blockers.ts";
import { dropLeftRoles } from "./left-roles.ts";
import { lockOf } from "./locks.ts";
import { isScratch } from "./names.ts";
import type { Bounds } from "./server.ts";
import { IS_USE } from "./sessions.ts";

/**
 * Drops a database. Under the lock of the database it is read again, and `mayDrop` decides; it can throw. `drop` ends its
 * sessions by default.
 */
export function dropDatabase(
  session: Session,
  name: string,
  within: Deadline,
  mayDrop: (entry: Entry, snapshot: Snapshot) => boolean,
  drop: (session: Session, entry: Entry, snapshot: Snapshot) => Promise<boolean | void> = dropEntry,
): Promise<Released> {
  return withLock(session, lockOf(name), within, async () => {
    const snapshot = await readDatabases(session);
    const entry = snapshot.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return "not-found";
    if (!mayDrop(entry, snapshot)) return "kept";
    return (await drop(session, entry, snapshot)) === false ? "kept" : "deleted";
  });
}

/**
 * Drops a database unless it is in use, and returns whether it was dropped. Sessions that do not count as use are ended first. A DROP
 * without FORCE keeps a database with any other session, also with one that was opened a moment ago: it locks the database against
 * new sessions, and then looks for open ones (PostgreSQL source, `dropdb`).
 */
export async function dropUnused(session: Session, entry: Pick<Entry, "name" | "isTemplate">): Promise<boolean> {
  // No session can be open in a base.
  if (entry.isTemplate) {
    await dropEntry(session, entry);
    return true;
  }
  try {
    await session.query(
      `select pg_catalog.pg_terminate_backend(a.pid, 2000) from pg_catalog.pg_stat_activity a where a.datname = $1 and a.backend_type = 'client backend' and not (${IS_USE})`,
      [entry.name],
    );
    await session.query(`drop database if exists ${identifier(entry.name)}`);
    return true;
  } catch (thrown) {
    const kept: readonly (string | undefined)[] = [SQLSTATE.objectInUse, SQLSTATE.insufficientPrivilege];
    if (!kept.includes(codeOf(thrown))) throw thrown;
    return false;
  }
}

/**
 * Drops a database that the caller has checked and locked, and ends its sessions. Code in a copy can make the copy a template,
 * because the role of the copy owns it.
 */
export async function dropEntry(session: Session, entry: Pick<Entry, "name" | "isTemplate">): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (entry.isTemplate || attempt > 1) await session.query(`alter database ${identifier(entry.name)} is_template false`);
      return await dropWithSessions(session, entry);
    } catch (thrown) {
      // 42809: "cannot drop a template database".
      const passing: readonly (string | undefined)[] = [SQLSTATE.wrongObjectType, SQLSTATE.objectInUse];
      if (!passing.includes(codeOf(thrown)) || attempt === DROP_ATTEMPTS) throw thrown;
      // The error of the DROP says more than one of these statements.
      if (codeOf(thrown) === SQLSTATE.objectInUse) await removeBlockers(session, entry.name).catch(() => Promise.reject(thrown));
    }
  }
}

const DROP_ATTEMPTS = 3;

async function dropWithSessions(session: Session, entry: Pick<Entry, "name">): Promise<void> {
  const name = identifier(entry.name);
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
  const mine = "datname = $1 and pid <> pg_catalog.pg_backend_pid() and pg_catalog.pg_has_role(usesysid, 'USAGE')";
  return session.query(`select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where ${mine}`, [database]);
}

export interface StaleOptions extends Bounds {
  /** Milliseconds after its last use when a base is dropped. */
  readonly baseTtlMs: number;
  /** Milliseconds after its last use for which a database is kept, although it has expired. */
  readonly idleMs: number;
  /** A database to keep even if it is stale. */
  readonly except?: string | undefined;
}

/**
 * Drops expired databases of runs, unused bases, and unfinished databases of killed processes. What is in use is kept. Needs no
 * round trip when there is nothing to drop. Each dropped database of a run is reported. A failure is reported as a warning and
 * not thrown.
 */
export async function dropStale(session: Session, snapshot: Snapshot, options: StaleOptions): Promise<void> {
  const mayDrop = (entry: Entry, { now }: Snapshot): boolean => isStale(entry, now, options);
  let hadScratch = false;
  for (const entry of snapshot.entries) {
    if (entry.name === options.except) continue;
    try {
      if (isScratch(entry.name)) hadScratch = (await dropAbandoned(session, entry)) || hadScratch;
      else if (mayDrop(entry, snapshot)) await dropAndReport(session, entry, mayDrop, options);
    } catch (thrown) {
      options.emit({ kind: "warning", text: `Could not drop the stale database ${entry.name}: ${messageOf(thrown)}` });
      if (session.lost.aborted) return;
    }
  }
  if (hadScratch) await dropLeftRoles(session, options.emit);
}

async function dropAndReport(
  session: Session,
  entry: Entry,
  mayDrop: (entry: Entry, snapshot: Snapshot) => boolean,
  { within, emit }: StaleOptions,
): Promise<void> {
  const { name, tag, isValid } = entry;
  const outcome = await dropDatabase(session, name, within, mayDrop, dropUnused);
  if (outcome !== "deleted" || tag?.kind !== "run" || tag.clone !== undefined) return;
  const why = !isValid
    ? "could not be used after an interrupted DROP"
    : isAbandoned(entry)
      ? "belonged to a process that has ended"
      : `expired at ${tag.expires} and was not in use`;
  emit({ kind: "note", text: `Dropped the database ${name} of the run ${tag.run}, which ${why}.` });
}

/**
 * Whether a run's database has expired and is not in use, or a base is unused for too long, or an interrupted DROP left it. A database without a readable tag
 * is never stale.
 */
export function isStale(entry: Entry, now: Date, { baseTtlMs, idleMs }: { readonly baseTtlMs: number; readonly idleMs: number }): boolean {
  const { tag } = entry;
  if (tag === undefined) return false;
  if (!entry.isValid) return true;
  if (tag.kind === "run") {
    if (isAbandoned(entry)) return true;
    const isExpired = tag.expires !== undefined && Date.parse(tag.expires) <= now.getTime();
    return isExpired && whyInUse(entry, now, idleMs) === undefined;
  }
  return entry.isTemplate && (entry.lastUsedAt?.getTime() ?? Date.parse(tag.created)) + baseTtlMs <= now.getTime();
}

/** Whether a database belongs to a suite of tests, or to one process, and these have all ended. Nobody can use it any more. */
function isAbandoned({ tag, hasSuite, sessions }: Entry): boolean {
  return tag?.suite !== undefined && !hasSuite && sessions === 0;
}

/**
 * Drops a scratch database unless its creator still holds the lock, and returns whether nobody held it. Reads again under the lock: it
 * may have its real name now.
 */
async function dropAbandoned(session: Session, scratch: Entry): Promise<boolean> {
  const key = lockOf(scratch.name);
  if (!(await tryLock(session, key))) return false;
  try {
    const { entries } = await readDatabases(session);
    if (entries.some((entry) => entry.name === scratch.name)) await dropEntry(session, scratch);
    return true;
  } finally {
    if (!session.lost.aborted) await unlock(session, key);
  }
}
