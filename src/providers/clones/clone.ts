import { randomBytes } from "node:crypto";
import { deadline, type Deadline, jitter } from "../../deadline.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import { cloneName } from "../../identity/name.ts";
import { isCloneName, type OwnerTag, timestamp } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { directUrl, withDatabase } from "../../postgres/url.ts";
import { copyStatement } from "../local/copy.ts";
import { nameAndTag } from "../local/create.ts";
import { commentOn, type Entry, formatComment, readDatabases } from "../local/databases.ts";
import { dropDatabase } from "../local/drop.ts";
import { releaseAll, tryCreatorLocks } from "../local/locks.ts";
import { scratchName, toDatabase } from "../local/names.ts";
import { withinSession } from "../local/server.ts";
import type { Clone, CloneServer } from "../provider.ts";
import { type CloneSource, isOfRun, TARGET } from "./source.ts";

/** Time limit for creating or dropping one clone, in milliseconds. */
const CLONE_MS = 60_000;

export interface CloneRequest {
  readonly name?: string | undefined;
  /** The suite of tests to which the clone belongs. */
  readonly suite?: string | undefined;
  readonly expiresAt: Date;
}

/** Creates a clone in a session of the server `source.url`, or finds the one with this name. */
export async function createClone(session: Session, source: CloneSource, request: CloneRequest, within: Deadline): Promise<Clone> {
  const name = request.name ?? randomBytes(6).toString("hex");
  requireName(name);
  const database = databaseOfClone(source, name);
  const tag: OwnerTag = {
    ...source.tag,
    clone: name,
    created: timestamp(new Date()),
    expires: timestamp(request.expiresAt),
    ...(request.suite === undefined ? {} : { suite: request.suite }),
  };
  const clone = cloneAt(source, name, request.expiresAt);
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const scratch = scratchName();
    if (await tryCreatorLocks(session, database, scratch)) {
      try {
        if (request.name !== undefined && (await exists(session, source, request.name))) return clone;
        await session.query(copyStatement(scratch, source.database, source.isQuick));
        const properties = source.properties.map((statement) => statement.replaceAll(TARGET, scratch));
        await nameAndTag(session, scratch, database, formatComment(tag), properties);
        return clone;
      } catch (thrown) {
        throw codeOf(thrown) === SQLSTATE.undefinedDatabase ? sourceMissing(thrown) : thrown;
      } finally {
        if (!session.lost.aborted) await releaseAll(session);
      }
    }
    await within.pause(jitter(pauseMs));
  }
}

/** Throws `NOT_OURS` when another database has the name of the clone. */
async function exists(session: Session, { tag }: CloneServer, name: string): Promise<boolean> {
  const database = databaseOfClone({ tag }, name);
  const entry = (await readDatabases(session)).entries.find((candidate) => candidate.name === database);
  if (entry !== undefined) requireClone(entry, tag, name);
  return entry !== undefined;
}

function requireClone(entry: Entry, run: OwnerTag, name: string): true {
  if (entry.tag?.clone === name && isOfRun(entry.tag, run)) return true;
  throw new OffshootError(
    "NOT_OURS",
    `The database ${entry.name} is not the clone ${name} of this run, so it was neither used nor dropped.`,
    {
      remedy: "Choose another name for the clone.",
    },
  );
}

/** The clone with this name, whether it exists or not. */
export function cloneAt(server: CloneServer, name: string, expiresAt: Date): Clone {
  const database = databaseOfClone(server, name);
  const drop = async (): Promise<void> => void (await removeClone(server, name));
  return {
    name,
    url: withDatabase(server.pooledUrl, database),
    directUrl: directUrl(withDatabase(server.directUrl, database)),
    expiresAt,
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

/** `dropClone` in a session of its own. */
export function removeClone(server: CloneServer, name: string): Promise<boolean> {
  const within = deadline(`deleting the clone ${name}`, CLONE_MS);
  return withinSession(server.url, within, (session) => dropClone(session, server, name, within));
}

/** Deletes a clone with its sessions. False when there is none. Throws `NOT_OURS` when the database has another tag. */
export async function dropClone(session: Session, { tag }: CloneServer, name: string, within: Deadline): Promise<boolean> {
  requireName(name);
  const database = databaseOfClone({ tag }, name);
  const outcome = await dropDatabase(session, database, within, (entry) => requireClone(entry, tag, name));
  return outcome === "deleted";
}

/** Frees a clone from its suite: it is kept until `expiresAt` or `down`, also when the last run has ended. */
export async function keepClone(session: Session, { tag }: CloneServer, name: string, expiresAt: Date): Promise<void> {
  const dates = { created: timestamp(new Date()), expires: timestamp(expiresAt) };
  const kept: OwnerTag = { ...tag, ...dates, lifetime: "until-down", clone: name, kept: "failed-test" };
  await session.query(commentOn(databaseOfClone({ tag }, name), formatComment(kept)));
}

/**
 * Gives the clone `fresh` the name of the clone `old`, and `old` the name `away`, in one transaction of some milliseconds. Throws
 * the server's error 55006 when a session is open in one of them.
 */
export async function swapClones(session: Session, source: CloneSource, { old, fresh, away, ...more }: SwapRequest): Promise<void> {
  const rename = (from: string, to: string): string => {
    const tag: OwnerTag = {
      ...source.tag,
      clone: to,
      created: timestamp(new Date()),
      expires: timestamp(more.expiresAt),
      suite: more.suite,
    };
    const database = databaseOfClone(source, from);
    return `${commentOn(database, formatComment(tag))};\nalter database ${identifier(database)} rename to ${identifier(databaseOfClone(source, to))}`;
  };
  await session.query(`${rename(old, away)};\n${rename(fresh, old)}`);
}

export interface SwapRequest {
  readonly old: string;
  readonly fresh: string;
  readonly away: string;
  readonly suite: string;
  readonly expiresAt: Date;
}

/** The name of a clone's database. */
export function databaseOfClone({ tag }: Pick<CloneServer, "tag">, name: string): string {
  return toDatabase(cloneName({ repository: tag.repository, key: tag.run }, name));
}

export function requireName(name: string): void {
  if (isCloneName(name)) return;
  throw new OffshootError("USAGE", `${JSON.stringify(name)} is not a valid name of a clone.`, {
    remedy: "Use lower case letters, digits and single `-` between them, at most 32 characters, such as worker-1.",
  });
}

function sourceMissing(cause: unknown): OffshootError {
  return new OffshootError("DATABASE_UNKNOWN", "No clone was made, because the database from which clones are made was deleted.", {
    meaning: "The run has ended, or `offshoot down` has deleted its databases.",
    remedy: "Start the tests again.",
    cause,
  });
}
