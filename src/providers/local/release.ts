import { jitter } from "../../deadline.ts";
import { codeOf, isOffshootError, OffshootError } from "../../errors.ts";
import { branchName } from "../../identity/name.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { isTemporary, SQLSTATE } from "../../postgres/sqlstate.ts";
import { directUrl, withDatabase } from "../../postgres/url.ts";
import type { Listed, Released, ReleaseOptions } from "../provider.ts";
import { serverError } from "./acquire.ts";
import { type Entry, hasRuns, readDatabases, type Snapshot, storedDatabasesOf } from "./databases.ts";
import { dropDatabase, dropEntry, dropUnused } from "./drop.ts";
import { dropLeftRoles } from "./left-roles.ts";
import { tryStopLock } from "./locks.ts";
import { isScratch, toDatabase } from "./names.ts";
import { notOurs } from "./not-ours.ts";
import { removeSnapshot, snapshotsIn } from "./snapshots.ts";
import { type Bounds, type Server, type ServerSource, withinSession } from "./server.ts";

/** After this many failed connections the server is booted, because only `boot` repairs a server that does not answer. */
const FAILURES_BEFORE_BOOT = 3;

/** `Provider.release` on a local server: drops the database, and stops the server when no run needs it. */
export async function release(source: ServerSource, name: string, bounds: Bounds, options: ReleaseOptions): Promise<Released> {
  const request: ReleaseRequest = { ...options, database: options.seen === undefined ? toDatabase(name) : databaseOf(options.seen) };
  for (let failures = 0; ; failures += 1) {
    const running = failures > FAILURES_BEFORE_BOOT ? await source.boot(bounds) : await source.running(bounds);
    const released = await releaseAnywhere(source, running, request, bounds);
    if (released !== undefined) return released;
    // The process that dropped the last database stopped the server meanwhile. That database may have been this one.
    await bounds.within.pause(jitter(25));
  }
}

/**
 * The database of a list's entry, by its id. The full name can be that of another one: a copy that a killed process left has the tag, and so the full name, of the
 * database from which it was copied.
 */
function databaseOf({ id }: Listed): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

type Drop = (session: Session, entry: Entry, snapshot: Snapshot) => Promise<void>;

interface ReleaseRequest extends ReleaseOptions {
  readonly database: string;
}

/** Undefined when a server ended meanwhile. */
async function releaseAnywhere(
  source: ServerSource,
  running: Server | undefined,
  request: ReleaseRequest,
  bounds: Bounds,
): Promise<Released | undefined> {
  const others = (await source.otherServers?.(bounds)) ?? [];
  for (const server of running === undefined ? others : [running, ...others]) {
    const released = await releaseOn(source, server, request, bounds);
    if (released !== "not-found") return released;
  }
  const stored = running === undefined ? await source.storedDatabases?.(bounds) : undefined;
  const mayBeStored = stored === "unknown" || stored?.some(({ name }) => name === request.database);
  return mayBeStored ? releaseOn(source, await source.boot(bounds), request, bounds) : "not-found";
}

async function releaseOn(source: ServerSource, server: Server, request: ReleaseRequest, bounds: Bounds): Promise<Released | undefined> {
  try {
    return await dropOn(source, server, request, bounds);
  } catch (thrown) {
    // The user's server: whatever the reason is, nothing can be started or repaired here.
    if (source.stop === undefined && !isOffshootError(thrown)) throw serverError(server, dropError(request.database, thrown));
    if (isTemporary(thrown) || codeOf(thrown) === SQLSTATE.invalidPassword) return undefined;
    throw dropError(request.database, thrown);
  }
}

function dropOn(source: ServerSource, server: Server, request: ReleaseRequest, bounds: Bounds): Promise<Released> {
  return withinSession(server.url, bounds.within, async (session) => {
    const { database, seen, hold } = request;
    const dropHeld: Drop = async (own, entry, { entries }) => {
      const isUsable = entry.isValid;
      const clones = entries.filter(({ tag }) => tag?.clone !== undefined && isCloneOf(tag, database));
      const names = [database, ...clones.map(({ name }) => name)];
      const held = isUsable ? await hold?.(directUrl(withDatabase(server.url, database)), names, own) : undefined;
      let isDropped = false;
      try {
        await dropEntry(own, entry);
        isDropped = true;
      } finally {
        await held?.end(isDropped);
      }
    };
    const drop = seen === undefined ? dropHeld : dropUnused;
    let snapshots: readonly Entry[] = [];
    const may = (entry: Entry, { entries }: Snapshot): boolean => {
      snapshots = snapshotsIn(entries, database);
      return mayDrop(entry, request);
    };
    const dropped = await dropDatabase(session, database, bounds.within, may, drop);
    if (dropped !== "kept") {
      const clones = await dropClonesOf(session, database, request, bounds);
      // Without a line of their own, the outcome `not-found` would say that nothing was deleted.
      if (dropped === "not-found" && clones.length > 0)
        bounds.emit({ kind: "note", text: `Deleted the clones that were left of the run: ${clones.join(", ")}.` });
    }
    if (dropped === "deleted" && isScratch(database)) await dropLeftRoles(session, bounds.emit);
    // A sweep has no `only`, so a database that it may delete was kept because a session was opened in it.
    if (dropped === "kept" && seen !== undefined) throw inUse(database);
    // A sweep decides about each snapshot itself.
    if (seen === undefined && dropped === "deleted") await dropSnapshots(session, database, snapshots, bounds);
    if (source.stop !== undefined && !hasRuns(await readDatabases(session)) && (await tryStopLock(session))) {
      // A run may have created a database before this session got the lock.
      const snapshot = await readDatabases(session);
      if (!hasRuns(snapshot)) await source.stop(server, storedDatabasesOf(snapshot), bounds);
    }
    return dropped;
  });
}

/**
 * Drops the clones of the run, which are of no use without its database, and returns the names of those that a person made or kept.
 * A clone that a failed test kept has another lifetime: it stays until its expiry, unless a person deletes the run's database.
 */
async function dropClonesOf(
  session: Session,
  database: string,
  { only, seen }: ReleaseRequest,
  { within }: Bounds,
): Promise<readonly string[]> {
  if (seen !== undefined) return [];
  const names: string[] = [];
  for (const { name, tag } of (await readDatabases(session)).entries) {
    if (tag?.clone === undefined || !isCloneOf(tag, database)) continue;
    const dropped = await dropDatabase(session, name, within, (entry) => {
      const isKept = only !== undefined && isOfPerson(tag) && entry.tag?.lifetime !== only;
      return entry.tag?.clone === tag.clone && !isKept;
    });
    if (dropped === "deleted" && isOfPerson(tag)) names.push(tag.clone);
  }
  return names;
}

/** Whether a person made or kept the clone: it belongs to no suite of tests, and is not the source of other clones. */
function isOfPerson({ suite, clone }: OwnerTag): boolean {
  return suite === undefined && clone?.startsWith("source-") !== true;
}

function isCloneOf({ repository, run }: OwnerTag, database: string): boolean {
  return toDatabase(branchName({ repository, key: run })) === database;
}

async function dropSnapshots(session: Session, database: string, snapshots: readonly Entry[], bounds: Bounds): Promise<void> {
  for (const { name } of snapshots) {
    if ((await removeSnapshot(session, database, { id: name }, bounds)) === "deleted")
      bounds.emit({ kind: "note", text: `Deleted the snapshot ${name} of the database.` });
  }
}

function mayDrop({ name, tag, lastUsedAt, sessions }: Entry, { only, check, seen }: ReleaseRequest): boolean {
  if (tag === undefined && !isScratch(name)) throw notOurs(name);
  // Since the sweep listed it, a job may have used the database.
  if (seen !== undefined && (sessions > 0 || isLater(lastUsedAt, seen.lastUsedAt) || isLater(expiryOf(tag), seen.expiresAt)))
    throw inUse(name);
  if (tag !== undefined) check?.(tag);
  return only === undefined || tag?.lifetime === only;
}

function isLater(one: Date | undefined, other: Date | undefined): boolean {
  return one !== undefined && (other === undefined || one > other);
}

function expiryOf(tag: OwnerTag | undefined): Date | undefined {
  return tag?.expires === undefined ? undefined : new Date(tag.expires);
}

function inUse(name: string): OffshootError {
  return new OffshootError("PROTECTED", `The database ${name} was not dropped: it was used since it was listed.`);
}

function dropError(database: string, thrown: unknown): unknown {
  if (codeOf(thrown) !== SQLSTATE.objectInUse) return thrown;
  return new OffshootError("LEFT_BEHIND", `The database ${database} could not be dropped.`, {
    meaning: "A replication slot or a prepared transaction uses it, and offshoot cannot end that.",
    remedy: "Drop the slot or end the transaction, then run `offshoot down` again.",
    cause: thrown,
  });
}
