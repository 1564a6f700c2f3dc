import { messageOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { jitter } from "../../deadline.ts";
import type { Database } from "../provider.ts";
import { adopt } from "./adopt.ts";
import { commentOn, formatComment } from "./comment.ts";
import { type Entry, readDatabases, type Snapshot } from "./databases.ts";
import { dropEntry } from "./drop.ts";
import type { Bounds } from "./host.ts";
import { releaseAll, tryCreatorLocks } from "./locks.ts";
import { scratchName, templateName } from "./names.ts";
import { propertyStatements } from "./properties.ts";

/** What is to be there when `place` returns. */
export interface Place {
  readonly name: string;
  readonly tag: OwnerTag;
  /** Start from the base of this fingerprint where there is one. */
  readonly fingerprint: string | undefined;
  readonly quickCheckpoints: boolean;
}

export interface Placed {
  readonly origin: Database["origin"];
  readonly tag: OwnerTag;
  readonly base: Entry | undefined;
  /** As it was before the database was made. */
  readonly snapshot: Snapshot;
}

/**
 * Creates the database or adopts it. Of any number of callers at once one creates and the others see the result:
 * each looks, tries for the lock, and looks again under the lock; adopting takes no lock at all.
 */
export async function place(session: Session, wanted: Place, bounds: Bounds): Promise<Placed> {
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const snapshot = await readDatabases(session);
    const there = snapshot.entries.find((entry) => entry.name === wanted.name);
    if (there !== undefined) {
      const tag = await adopt(session, there, wanted.tag, bounds.within);
      if (tag !== undefined) return { origin: "adopted", tag, base: undefined, snapshot };
    } else {
      const created = await tryToCreate(session, wanted, bounds);
      if (created !== undefined) return created;
    }
    await bounds.within.pause(jitter(pauseMs));
  }
}

/** Undefined when another process is at it, or has been. */
async function tryToCreate(session: Session, wanted: Place, bounds: Bounds): Promise<Placed | undefined> {
  const scratch = scratchName();
  if (!(await tryCreatorLocks(session, wanted.name, scratch))) return undefined;
  try {
    const snapshot = await readDatabases(session);
    if (snapshot.entries.some((entry) => entry.name === wanted.name)) return undefined;
    const base = baseOf(snapshot, wanted.fingerprint);
    const from = base && (await copyInto(session, scratch, base, wanted.quickCheckpoints && snapshot.major >= 15, bounds));
    if (from === undefined) await session.query(`create database ${identifier(scratch)}`);
    const properties = from === undefined ? [] : await propertyStatements(session, from.name, scratch);
    await nameAndTag(session, scratch, wanted.name, formatComment(wanted.tag), properties);
    return { origin: "created", tag: wanted.tag, base: from, snapshot };
  } finally {
    if (!session.lost.aborted) await releaseAll(session);
  }
}

/** The base to start from: its comment must carry the whole fingerprint, of which the name has a part. */
function baseOf(snapshot: Snapshot, fingerprint: string | undefined): Entry | undefined {
  if (fingerprint === undefined) return undefined;
  const name = templateName(fingerprint);
  return snapshot.entries.find((entry) => entry.name === name && entry.isTemplate && entry.tag?.fingerprint === fingerprint);
}

/** A base may be dropped under our hands: then the run starts from nothing, which costs time and no more. */
async function copyInto(session: Session, scratch: string, base: Entry, isQuick: boolean, { emit }: Bounds): Promise<Entry | undefined> {
  try {
    await session.query(copyStatement(scratch, base.name, isQuick));
    return base;
  } catch (thrown) {
    if (session.lost.aborted) throw thrown;
    emit({ kind: "note", text: `Could not start from the base ${base.name}: ${messageOf(thrown)}` });
    return undefined;
  }
}

/**
 * `file_copy` (PostgreSQL 15) copies files between two checkpoints: several times quicker than the default way
 * through the log where checkpoints cost no disk flush, and slower where they do.
 */
export function copyStatement(to: string, from: string, isQuick: boolean): string {
  return `create database ${identifier(to)} template ${identifier(from)}${isQuick ? " strategy file_copy" : ""}`;
}

/** Gives a scratch database its name, its tag and further properties in one transaction; drops it where that fails. */
export async function nameAndTag(session: Session, scratch: string, name: string, comment: string, more: readonly string[]): Promise<void> {
  const statements = [commentOn(scratch, comment), ...more, `alter database ${identifier(scratch)} rename to ${identifier(name)}`];
  try {
    await session.query(statements.join(";\n"));
  } catch (thrown) {
    if (!session.lost.aborted) await dropEntry(session, { name: scratch, isTemplate: false });
    throw thrown;
  }
}
