import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { withLock } from "../../postgres/lock.ts";
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
): Promise<Released | "kept"> {
  return withLock(session, lockOf(name), within, async () => {
    const snapshot = await readDatabases(session);
    const entry = snapshot.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return "already-gone";
    if (!mayDrop(entry, snapshot)) return "kept";
    await dropEntry(session, entry);
    return "deleted";
  });
}

/** Drops what the caller has looked at and locked. */
export async function dropEntry(session: Session, entry: Pick<Entry, "name" | "isTemplate">): Promise<void> {
  if (entry.isTemplate) await session.query(`alter database ${identifier(entry.name)} is_template false`);
  await session.query(`drop database if exists ${identifier(entry.name)} with (force)`);
}
