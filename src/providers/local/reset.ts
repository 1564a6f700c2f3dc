import { jitter } from "../../deadline.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier } from "../../postgres/identifier.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import type { ResetOptions } from "../provider.ts";
import { copyStatement, propertyStatements } from "./copy.ts";
import { copyOfBase, type Created, nameAndTag } from "./create.ts";
import { type Entry, formatComment, readDatabases } from "./databases.ts";
import { dropEntry } from "./drop.ts";
import { releaseAll, tryCreatorLocks } from "./locks.ts";
import { scratchName } from "./names.ts";
import { notOurs } from "./not-ours.ts";
import type { Bounds } from "./server.ts";

/** Clients that connect again and again can keep a database from being renamed. Postgres itself waits 5 s each time. */
const RENAME_ATTEMPTS = 4;

/**
 * Replaces a run's database by a new one: a copy of the base, or an empty one. The new one is prepared under a scratch name. One
 * transaction then exchanges the names, so that a process that is killed leaves either the old or the new contents, and a
 * scratch database that the next creation on that server drops. Undefined when there is no such database.
 */
export async function resetOn(
  session: Session,
  name: string,
  options: ResetOptions & {
    readonly quickCheckpoints: boolean;
    /** The snapshot to copy, which is chosen from the databases of the server; default the base, or nothing. */
    readonly snapshot?: ((entries: readonly Entry[]) => Entry) | undefined;
  },
  bounds: Bounds,
): Promise<Omit<Created, "snapshot"> | undefined> {
  const [scratch, retired] = [scratchName(), scratchName()];
  for (let pauseMs = 10; !(await tryCreatorLocks(session, name, scratch)); pauseMs = Math.min(pauseMs * 1.5, 100))
    await bounds.within.pause(jitter(pauseMs));
  try {
    const snapshot = await readDatabases(session);
    const entry = snapshot.entries.find((candidate) => candidate.name === name);
    if (entry === undefined) return undefined;
    const tag = requireTag(entry);
    options.check?.(tag);
    const { snapshot: choose, quickCheckpoints } = options;
    const stored = choose?.(snapshot.entries);
    if (stored !== undefined) await session.query(copyStatement(scratch, stored.name, quickCheckpoints && snapshot.major >= 15));
    const base = stored ?? (await copyOfBase(session, scratch, snapshot, options, bounds));
    if (base === undefined) await session.query(`create database ${identifier(scratch)}`);
    const properties = base === undefined ? [] : await propertyStatements(session, base.name, scratch);
    await exchange(session, { name, scratch, retired }, formatComment(tag, snapshot.now), properties);
    await dropEntry(session, { name: retired, isTemplate: false });
    return { origin: "adopted", tag, base: stored === undefined ? base : undefined };
  } finally {
    if (!session.lost.aborted) await releaseAll(session);
  }
}

function requireTag({ name, tag, isTemplate }: Entry): NonNullable<Entry["tag"]> {
  if (tag === undefined || tag.kind !== "run" || isTemplate) throw notOurs(name, "reset");
  return tag;
}

interface Names {
  readonly name: string;
  /** The new database, until it gets the name. */
  readonly scratch: string;
  /** The old database, from then on. */
  readonly retired: string;
}

async function exchange(
  session: Session,
  { name, scratch, retired }: Names,
  comment: string,
  properties: readonly string[],
): Promise<void> {
  const retire = `alter database ${identifier(name)} rename to ${identifier(retired)}`;
  for (let attempt = 1; ; attempt += 1) {
    await endSessions(session, name);
    try {
      return await nameAndTag(session, scratch, name, comment, [...properties, retire], attempt < RENAME_ATTEMPTS ? isInUse : undefined);
    } catch (thrown) {
      if (!isInUse(thrown)) throw thrown;
      if (attempt === RENAME_ATTEMPTS) throw stillUsed(name, thrown);
    }
  }
}

function isInUse(thrown: unknown): boolean {
  return codeOf(thrown) === SQLSTATE.objectInUse;
}

/** Ends the sessions that this role is allowed to end; with `application`, only those with that name. */
export function endSessions(session: Session, database: string, application?: string): Promise<unknown> {
  return session.query(
    `select pg_catalog.pg_terminate_backend(a.pid, 2000) from pg_catalog.pg_stat_activity a
     where a.datname operator(pg_catalog.=) $1 and a.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid()
       and a.backend_type operator(pg_catalog.=) 'client backend' and pg_catalog.pg_has_role(a.usesysid, 'USAGE')
       and ($2::pg_catalog.text is null or a.application_name operator(pg_catalog.=) $2)`,
    [database, application ?? null],
  );
}

function stillUsed(name: string, thrown: unknown): OffshootError {
  return new OffshootError("PROTECTED", `The database ${name} was not reset: sessions are open in it that cannot be ended.`, {
    meaning:
      "They belong to another role, or a client connects again at once, or a prepared transaction uses the database. Its contents are unchanged.",
    remedy: "Stop the programs that use it, then run the command again.",
    cause: thrown,
  });
}
