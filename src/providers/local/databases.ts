import { type OwnerTag, tagFromText, tagToText, timestamp } from "../../identity/owner-tag.ts";
import type { Session } from "../../postgres/connect.ts";
import { identifier, literal } from "../../postgres/identifier.ts";
import { LOCK_CLASS } from "../../postgres/lock.ts";
import { IDLE_REAPER, lockOf } from "./locks.ts";
import { withRunExpiry } from "./clone-expiry.ts";
import { isNameOf } from "./names.ts";
import type { StoredDatabase } from "./server.ts";
import { IS_USE } from "./sessions.ts";

/** The content of a database's comment. */
export interface Comment {
  readonly tag: OwnerTag | undefined;
  /** When a run last used this database, or started from this base, as far as it was written down. */
  readonly lastUsedAt: Date | undefined;
}

/** A database with the prefix of offshoot in its name, or with the comment of one. */
export interface Entry extends Comment {
  readonly name: string;
  readonly isTemplate: boolean;
  /** Whether it belongs to the role of the session that read it. Another role could have put code into it. */
  readonly isOwn: boolean;
  /** False after an interrupted DROP: the server refuses every use, and only another DROP helps. */
  readonly isValid: boolean;
  /** Identifies the database among later ones of the same name. */
  readonly oid: number;
  /** Open sessions that are a use of the database. */
  readonly sessions: number;
  /** Whether a process holds the lock of the suite or process to which this database belongs. False for everything else. */
  readonly hasSuite: boolean;
}

/** The state of a server at one moment. */
export interface Snapshot {
  /** The server's clock. Every expiry is measured by it. */
  readonly now: Date;
  readonly major: number;
  /** Milliseconds since the server started. */
  readonly upMs: number;
  readonly hasIdleReaper: boolean;
  readonly entries: readonly Entry[];
}

interface SnapshotRow extends Omit<Snapshot, "entries">, Record<string, unknown> {
  readonly entries: readonly {
    readonly name: string;
    readonly comment: string | null;
    readonly isTemplate: boolean;
    readonly isOwn: boolean;
    readonly isValid: boolean;
    readonly oid: number;
    readonly sessions: number;
    readonly hasSuite: boolean;
  }[];
}

/** The longest comment of offshoot has some thousand characters. The rest of a longer one is not read, so that it has no valid tag. */
export const COMMENT = "pg_catalog.left(pg_catalog.shobj_description(d.oid, 'pg_database'), 16384)";

/**
 * A condition on `pg_database d`. Before it removes the files, DROP writes this limit of connections, which no user can set, and the
 * minor releases of August 2023 and later respect it (PostgreSQL source, `DATCONNLIMIT_INVALID_DB`).
 */
export const IS_VALID = "d.datconnlimit <> -2";

/** A condition on `pg_database d`: DROP has this lock until it ends. It takes longer than a moment, because it waits for a checkpoint. */
export const IS_BEING_DROPPED = `exists (select from pg_catalog.pg_locks l where l.locktype = 'object' and l.mode = 'AccessExclusiveLock' and l.granted
  and l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass and l.objid = d.oid and d.datconnlimit = -2)`;

/** A condition on `pg_database d`: a process holds the lock under which the database is created, changed and dropped. */
export const IS_HELD = `exists (select from pg_catalog.pg_locks l where l.locktype = 'advisory' and l.objsubid = 2 and l.granted
  and l.classid = ${LOCK_CLASS} and l.objid = pg_catalog.hashtext('${lockOf("")}' || d.datname)::pg_catalog.oid)`;

/** Reads in one round trip what all decisions about databases need. */
export async function readDatabases(session: Session): Promise<Snapshot> {
  const [row] = await session.query<SnapshotRow>(
    `select pg_catalog.now() as now,
       pg_catalog.current_setting('server_version_num')::int / 10000 as major,
       (extract(epoch from pg_catalog.now() - pg_catalog.pg_postmaster_start_time()) * 1000)::pg_catalog.float8 as "upMs",
       exists (select from pg_catalog.pg_locks where locktype = 'advisory' and objsubid = 2
         and classid = $1::int::pg_catalog.oid and objid = pg_catalog.hashtext($2)::pg_catalog.oid) as "hasIdleReaper",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('name', datname, 'isTemplate', datistemplate, 'isOwn', pg_catalog.pg_get_userbyid(datdba) = current_user,
           'isValid', ${IS_VALID}, 'oid', d.oid::pg_catalog.int8,
           'sessions', (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a where a.datid = d.oid and ${IS_USE}),
           'hasSuite', exists (select from pg_catalog.pg_locks where locktype = 'advisory' and objsubid = 2 and classid = $1::int::pg_catalog.oid
             and objid = pg_catalog.hashtext('suite ' || substring(${COMMENT} from '"suite":"([0-9a-f]{16})"'))::pg_catalog.oid),
           'comment', ${COMMENT}) order by datname)
         from pg_catalog.pg_database d where pg_catalog.starts_with(datname, 'offshoot_')
           or pg_catalog.starts_with(pg_catalog.shobj_description(d.oid, 'pg_database'), 'offshoot: ')), '[]') as entries`,
    [LOCK_CLASS, IDLE_REAPER],
  );
  if (row === undefined) throw new Error("The query of the databases returned no row.");
  const read = row.entries.map(({ comment, ...facts }) => ({ ...facts, ...readComment(facts.name, comment) }));
  const withExpiry = withRunExpiry(read.map(({ tag }) => tag));
  const entries = read.map((entry) => ({ ...entry, tag: entry.tag && withExpiry(entry.tag) }));
  return { now: row.now, major: row.major, upMs: row.upMs, hasIdleReaper: row.hasIdleReaper, entries };
}

/**
 * Whether runs have databases on the server, or a session is open in one. Then it must not be stopped. Bases alone are a cache, and
 * what an interrupted DROP left is of no use.
 */
export function hasRuns(snapshot: Snapshot): boolean {
  return snapshot.entries.some((entry) => entry.isValid && !entry.isTemplate && (entry.tag !== undefined || entry.sessions > 0));
}

/** The databases that stay on disk when the server is stopped now. */
export function storedDatabasesOf({ entries }: Snapshot): readonly StoredDatabase[] {
  return entries.map(({ name, tag, lastUsedAt }) => ({ name, comment: tag === undefined ? null : formatComment(tag, lastUsedAt) }));
}

const LAST_USED = "last used ";

/** The owner tag, and in a second line the time when a base was last used. */
export function formatComment(tag: OwnerTag, lastUsedAt?: Date): string {
  return lastUsedAt === undefined ? tagToText(tag) : `${tagToText(tag)}\n${LAST_USED}${timestamp(lastUsedAt)}`;
}

export function parseComment(text: string | null): Comment {
  const [first, second] = text?.split("\n") ?? [];
  const ms = second?.startsWith(LAST_USED) ? Date.parse(second.slice(LAST_USED.length)) : Number.NaN;
  return { tag: tagFromText(first), lastUsedAt: Number.isNaN(ms) ? undefined : new Date(ms) };
}

/**
 * The comment of the database with this name. A tag counts only for the name for which it was written. So a database that a
 * person renamed is not deleted, and neither is one to which a person copied the comment.
 */
export function readComment(name: string, text: string | null): Comment {
  const comment = parseComment(text);
  return comment.tag !== undefined && isNameOf(name, comment.tag) ? comment : { ...comment, tag: undefined };
}

/** The statement that sets a database's comment. */
export function commentOn(database: string, comment: string): string {
  return `comment on database ${identifier(database)} is ${literal(comment)}`;
}
