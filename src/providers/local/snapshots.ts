import { type Deadline, jitter } from "../../deadline.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import { branchName } from "../../identity/name.ts";
import { type OwnerTag, timestamp } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { identifier } from "../../postgres/identifier.ts";
import type { SnapshotRequest, StoredSnapshot } from "../snapshots.ts";
import { copyStatement, propertyStatements } from "./copy.ts";
import { nameAndTag } from "./create.ts";
import { type Entry, formatComment, readDatabases } from "./databases.ts";
import { dropDatabase } from "./drop.ts";
import { releaseAll, tryCreatorLocks } from "./locks.ts";
import { scratchName, toDatabase } from "./names.ts";
import { notOurs } from "./not-ours.ts";
import { endSessions } from "./reset.ts";
import { type Bounds, type Server, type ServerSource, withinSession } from "./server.ts";

/**
 * A snapshot is a template database of a run of its own: the key of the run, `@`, and the name of the snapshot. So it expires, and
 * is listed and swept, like every database of offshoot.
 */
function snapshotTag(tag: OwnerTag, name: string, expiresAt: Date): OwnerTag {
  return { ...tag, run: `${tag.run}@${name}`, expires: timestamp(expiresAt), lifetime: undefined };
}

/** The database of a run from the tag of one of its snapshots, and the name of the snapshot. */
function partsOf({ tag, isTemplate }: Entry): { readonly database: string; readonly name: string } | undefined {
  const at = tag?.run.lastIndexOf("@") ?? -1;
  if (tag === undefined || !isTemplate || tag.kind !== "run" || tag.clone !== undefined || at < 1) return undefined;
  return { database: toDatabase(branchName({ repository: tag.repository, key: tag.run.slice(0, at) })), name: tag.run.slice(at + 1) };
}

/** The snapshots of a database. */
export function snapshotsIn(entries: readonly Entry[], database: string): readonly Entry[] {
  return entries.filter((entry) => partsOf(entry)?.database === database);
}

export async function listSnapshots(source: ServerSource, session: Session, database: string): Promise<readonly StoredSnapshot[]> {
  return snapshotsIn((await readDatabases(session)).entries, database).flatMap((entry) => toStored(source, entry) ?? []);
}

function toStored({ provider }: ServerSource, entry: Entry): StoredSnapshot | undefined {
  const { tag } = entry;
  const parts = partsOf(entry);
  if (tag?.expires === undefined || parts === undefined) return undefined;
  const createdAt = entry.lastUsedAt ?? new Date(tag.created);
  return { provider, name: parts.name, id: entry.name, createdAt, expiresAt: new Date(tag.expires), sizeBytes: undefined };
}

/** The database of a snapshot. Throws when it was deleted meanwhile. */
export function requireSnapshot(entries: readonly Entry[], database: string, { id, name }: Pick<StoredSnapshot, "id" | "name">): Entry {
  const found = snapshotsIn(entries, database).find((entry) => entry.name === id);
  if (found !== undefined) return found;
  throw new OffshootError("USAGE", `The snapshot ${name} does not exist any more.`, { remedy: "See `offshoot snapshot --list`." });
}

/** Copies the database. Undefined when it does not exist. */
export async function createSnapshot(
  source: ServerSource,
  server: Server,
  session: Session,
  database: string,
  { name, expiresAt, force, check }: SnapshotRequest,
  { within }: Bounds,
): Promise<StoredSnapshot | undefined> {
  const { entries, now, major } = await readDatabases(session);
  const entry = entries.find((candidate) => candidate.name === database);
  if (entry === undefined) return undefined;
  if (entry.tag === undefined || entry.isTemplate) throw notOurs(database, "copied");
  check(entry.tag);
  const tag = snapshotTag(entry.tag, name, expiresAt);
  const [scratch, copy] = [scratchName(), toDatabase(branchName({ repository: tag.repository, key: tag.run }))];
  for (let pauseMs = 10; !(await tryCreatorLocks(session, copy, scratch)); pauseMs = Math.min(pauseMs * 1.5, 100))
    await within.pause(jitter(pauseMs));
  try {
    const statement = copyStatement(scratch, database, source.quickCheckpoints && major >= 15);
    await copyWithout(force ? undefined : "offshoot:usage", { server, session, database, statement }, within);
    const properties = await propertyStatements(session, database, scratch);
    const template = `alter database ${identifier(scratch)} with is_template true`;
    await nameAndTag(session, scratch, copy, formatComment(tag, now), [...properties, template]);
    return { provider: source.provider, name, id: copy, createdAt: now, expiresAt, sizeBytes: undefined };
  } finally {
    if (!session.lost.aborted) await releaseAll(session);
  }
}

interface Copying {
  readonly server: Server;
  readonly session: Session;
  readonly database: string;
  readonly statement: string;
}

/**
 * Runs the statement that copies a database, and ends the sessions in it; with `application`, only those with that name. A
 * process whose usage lock ends opens a new session at once. So the statement starts first: it keeps new sessions out, and waits
 * five seconds for the open ones (`createdb` and `CountOtherDBBackends` in Postgres).
 */
async function copyWithout(
  application: string | undefined,
  { server, session, database, statement }: Copying,
  within: Deadline,
): Promise<void> {
  const done = new AbortController();
  const copied = session.query(statement).finally(() => done.abort());
  const ended = withinSession(server.url, within, async (other) => {
    while (!done.signal.aborted) {
      await endSessions(other, database, application);
      await within.pause(100);
    }
  });
  const [copy, end] = await Promise.allSettled([copied, ended]);
  if (copy.status === "rejected") throw codeOf(copy.reason) === SQLSTATE.objectInUse ? inUse(database, copy.reason) : copy.reason;
  if (end.status === "rejected") throw end.reason;
}

/** Drops a snapshot, if it is still one of that database. */
export async function removeSnapshot(
  session: Session,
  database: string,
  { id }: Pick<StoredSnapshot, "id">,
  { within }: Bounds,
): Promise<"deleted" | "not-found"> {
  const dropped = await dropDatabase(session, id, within, (entry) => partsOf(entry)?.database === database);
  return dropped === "deleted" ? "deleted" : "not-found";
}

function inUse(database: string, thrown: unknown): OffshootError {
  return new OffshootError("PROTECTED", `No snapshot of the database ${database} was stored: sessions are open in it.`, {
    meaning: "Postgres copies a database only while nobody is connected to it.",
    remedy: "Stop the programs that use it and run the command again, or end their sessions with --force.",
    cause: thrown,
  });
}
