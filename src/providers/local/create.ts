import { jitter } from "../../deadline.ts";
import { messageOf } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import type { Database } from "../provider.ts";
import { clockWarning, shiftTag, skewOf } from "../../identity/clock.ts";
import { adopt } from "./adopt.ts";
import { copyStatement, propertyStatements } from "./copy.ts";
import { commentOn, type Entry, formatComment, readDatabases, type Snapshot } from "./databases.ts";
import { dropEntry } from "./drop.ts";
import { dropInvalid, isWithoutFiles } from "./invalid.ts";
import { releaseAll, tryCreatorLocks } from "./locks.ts";
import { scratchName, templateName } from "./names.ts";
import type { Bounds } from "./server.ts";

export interface CreateRequest {
  readonly name: string;
  readonly tag: OwnerTag;
  /** Start from the base of this fingerprint if there is one. */
  readonly fingerprint: string | undefined;
  /** Another base to start from, which is used before that one. */
  readonly trustedBase?: string | undefined;
  readonly quickCheckpoints: boolean;
  /** The only major version that the caller accepts; default any. */
  readonly major?: number | undefined;
  /** The clock of this machine, by which the times in the tag were made. */
  readonly now: () => Date;
}

export interface Created {
  readonly origin: Database["origin"];
  readonly tag: OwnerTag;
  /** The base from which the database was copied. */
  readonly base: Entry | undefined;
  /** The state of the server before the database was created. */
  readonly snapshot: Snapshot;
}

/** The server has another major version than the caller accepts. */
export interface OtherMajor {
  readonly otherMajor: number;
}

/**
 * Creates the database or adopts it. When many callers want the same database at once, one creates it and the others adopt
 * it: each reads the databases, tries for the lock, and reads them again under the lock. Adopting needs no lock.
 */
export async function createOrAdopt(session: Session, request: CreateRequest, bounds: Bounds): Promise<Created | OtherMajor> {
  let wanted: CreateRequest | undefined;
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const snapshot = await readDatabases(session);
    if (request.major !== undefined && request.major !== snapshot.major) return { otherMajor: snapshot.major };
    wanted ??= byServerClock(request, snapshot, bounds);
    const { name, tag: own } = wanted;
    const existing = snapshot.entries.find((entry) => entry.name === name);
    if (existing?.isValid === false) {
      await dropInvalid(session, existing, own, bounds);
    } else if (existing !== undefined) {
      const tag = await adopt(session, existing, own, snapshot.now, bounds.within);
      if (tag !== undefined) return { origin: "adopted", tag, base: undefined, snapshot };
    } else {
      const created = await tryToCreate(session, wanted, bounds);
      if (created !== undefined) return created;
    }
    await bounds.within.pause(jitter(pauseMs));
  }
}

/** The request with the times of the server's clock, because every expiry is measured by that. Warns of a clock that is wrong. */
function byServerClock(request: CreateRequest, { now }: Snapshot, { emit }: Bounds): CreateRequest {
  const skewMs = skewOf(now, request.now());
  const warning = clockWarning(skewMs, "the database server");
  if (warning !== undefined) emit({ kind: "warning", text: warning });
  return { ...request, tag: shiftTag(request.tag, skewMs) };
}

/** Undefined when another process creates the database or has created it. */
async function tryToCreate(session: Session, wanted: CreateRequest, bounds: Bounds): Promise<Created | undefined> {
  const scratch = scratchName();
  if (!(await tryCreatorLocks(session, wanted.name, scratch))) return undefined;
  try {
    const snapshot = await readDatabases(session);
    if (snapshot.entries.some((entry) => entry.name === wanted.name)) return undefined;
    const from = await copyOfBase(session, scratch, snapshot, wanted, bounds);
    if (from === undefined) await session.query(`create database ${identifier(scratch)}`);
    const properties = from === undefined ? [] : await propertyStatements(session, from.name, scratch);
    await nameAndTag(session, scratch, wanted.name, formatComment(wanted.tag), properties);
    return { origin: "created", tag: wanted.tag, base: from, snapshot };
  } finally {
    if (!session.lost.aborted) await releaseAll(session);
  }
}

/** Copies the trusted base, or the base of the fingerprint, to a scratch name. Returns the base; undefined when there is none, or when the copy failed. */
export async function copyOfBase(
  session: Session,
  scratch: string,
  snapshot: Snapshot,
  { fingerprint, trustedBase, quickCheckpoints }: Pick<CreateRequest, "fingerprint" | "trustedBase" | "quickCheckpoints">,
  bounds: Bounds,
): Promise<Entry | undefined> {
  const base = baseOf(snapshot, trustedBase) ?? baseOf(snapshot, fingerprint);
  return base && tryToCopy(session, scratch, base, quickCheckpoints && snapshot.major >= 15, bounds);
}

/**
 * The base of a fingerprint. Its tag must contain the whole fingerprint, because its name contains only a part. On a server
 * with several roles, a base of another role is not used: its triggers would run with the rights of this one.
 */
function baseOf(snapshot: Snapshot, fingerprint: string | undefined): Entry | undefined {
  if (fingerprint === undefined) return undefined;
  const name = templateName(fingerprint);
  return snapshot.entries.find(
    (entry) => entry.name === name && entry.isTemplate && entry.isOwn && entry.isValid && entry.tag?.fingerprint === fingerprint,
  );
}

/** Undefined when the base could not be copied, for example because it was dropped meanwhile. The run then starts from an empty database. */
async function tryToCopy(session: Session, scratch: string, base: Entry, isQuick: boolean, { emit }: Bounds): Promise<Entry | undefined> {
  try {
    await session.query(copyStatement(scratch, base.name, isQuick));
    return base;
  } catch (thrown) {
    if (session.lost.aborted) throw thrown;
    if (isWithoutFiles(thrown)) await dropEntry(session, base).catch(() => {});
    emit({ kind: "note", text: `Could not copy the base ${base.name}, so the database starts empty: ${messageOf(thrown)}` });
    return undefined;
  }
}

/**
 * Gives a scratch database its name, its tag and further properties in one transaction. Drops it when that fails, unless the
 * caller tries again after this error (`isKept`).
 */
export async function nameAndTag(
  session: Session,
  scratch: string,
  name: string,
  comment: string,
  more: readonly string[],
  isKept: (thrown: unknown) => boolean = () => false,
): Promise<void> {
  const statements = [commentOn(scratch, comment), ...more, `alter database ${identifier(scratch)} rename to ${identifier(name)}`];
  try {
    await session.query(statements.join(";\n"));
  } catch (thrown) {
    if (!session.lost.aborted && !isKept(thrown)) await dropEntry(session, { name: scratch, isTemplate: false });
    throw thrown;
  }
}
