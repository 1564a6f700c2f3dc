import { messageOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { tryLock, unlock } from "../../postgres/lock.ts";
import type { Bounds } from "./host.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { dropDatabase, dropEntry } from "./drop.ts";
import { lockOf } from "./locks.ts";
import { isScratch } from "./names.ts";

export interface TidyOptions extends Bounds {
  /** Milliseconds after which a base that no run started from is dropped. */
  readonly baseTtlMs: number;
  /** A database to leave alone whatever its age. */
  readonly except?: string | undefined;
}

/**
 * Removes what is past its time: run databases that expired, bases that nobody used, and what killed processes
 * left half-made. Costs no round trip when there is nothing. A failure is reported and stops nothing.
 */
export async function tidy(session: Session, snapshot: Snapshot, options: TidyOptions): Promise<void> {
  const isOver = (entry: Entry, { now }: Snapshot): boolean => isPastItsTime(entry, now, options.baseTtlMs);
  for (const entry of snapshot.entries) {
    if (entry.name === options.except) continue;
    try {
      if (isScratch(entry.name)) await dropAbandoned(session, entry);
      else if (isOver(entry, snapshot)) await dropDatabase(session, entry.name, options.within, isOver);
    } catch (thrown) {
      options.emit({ kind: "warning", text: `Could not remove the stale database ${entry.name}: ${messageOf(thrown)}` });
      if (session.lost.aborted) return;
    }
  }
}

/** Whether the tag itself says that the database may go. Without a readable tag it never may. */
export function isPastItsTime(entry: Entry, now: Date, baseTtlMs: number): boolean {
  const { tag } = entry;
  if (tag === undefined) return false;
  if (tag.kind === "run") return tag.expires !== undefined && Date.parse(tag.expires) <= now.getTime();
  return entry.isTemplate && (entry.lastUsedAt?.getTime() ?? Date.parse(tag.created)) + baseTtlMs <= now.getTime();
}

/** A scratch database whose maker lives is locked by it. Looks again under the lock: it may have got its name by now. */
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
