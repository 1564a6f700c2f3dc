import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { withLock } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import type { Deadline } from "../../deadline.ts";
import type { Released } from "../provider.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { lockOf } from "./locks.ts";

/**
 * Drops a database after a fresh look under its lock; `mayDrop` decides by what is there at that moment, and
 * may throw. Its sessions are ended.
 */
export function dropDatabase(
  session: Session,
  name: string,
  within: Deadline,
  mayDrop: (entry: Entry, snapshot: Snapshot) => boolean,
): Promise<Released> {
  return withLock(session, lockOf(name), within, async () => {
    const snapshot = await readDatabases(session);
    const entry = snapshot.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return "already-gone";
    if (!mayDrop(entry, snapshot)) return "kept";
    await dropEntry(session, entry);
    return "deleted";
  });
}

/** Drops what the caller has looked at and locked, and ends its sessions. */
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
 * Ends those that we may end. FORCE ends none where there is one that we may not, such as an autovacuum worker, which is
 * a superuser's to an ordinary role; a DROP without FORCE sends those workers away itself, and ends no other
 * (PostgreSQL's source, `TerminateOtherDBBackends` and `CountOtherDBBackends`).
 */
function endSessions(session: Session, database: string): Promise<unknown> {
  const mine = "datname = $1 and pid <> pg_backend_pid() and pg_has_role(usesysid, 'USAGE')";
  return session.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${mine}`, [database]);
}
