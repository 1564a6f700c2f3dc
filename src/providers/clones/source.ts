import { type Deadline, jitter } from "../../deadline.ts";
import { cloneName } from "../../identity/name.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { shortHash } from "../../identity/slug.ts";
import { connect, type Session } from "../../postgres/connect.ts";
import { foreignCodeOf } from "../../postgres/foreign-code.ts";
import { identifier } from "../../postgres/identifier.ts";
import { LOCK_CLASS, lockShared } from "../../postgres/lock.ts";
import { parseUrl } from "../../postgres/url.ts";
import { copyStatement, propertyStatements } from "../local/copy.ts";
import { nameAndTag } from "../local/create.ts";
import { formatComment, readDatabases } from "../local/databases.ts";
import { dropEntry } from "../local/drop.ts";
import { releaseAll, releaseCreatorLocks, suitesLockOf, tryCreatorLocks } from "../local/locks.ts";
import { scratchName, toDatabase } from "../local/names.ts";
import { withinSession } from "../local/server.ts";
import type { CloneServer } from "../provider.ts";
import type { SourceCheck } from "./types.ts";
import { copyWhenFree, SOURCE_SESSION } from "./copy-when-free.ts";

/** The closed database from which clones are made. It can be passed to other processes as JSON, and contains a password. */
export interface CloneSource extends CloneServer {
  /** Its name on the server. */
  readonly database: string;
  /** Statements that give a clone the settings and grants of the run's database, with `TARGET` for the name of the clone. */
  readonly properties: readonly string[];
}

/** The place of the name of a clone. No name of ours contains it. */
export const TARGET = "offshoot_target_5d0f64c1a2";

/** How long to wait until other sessions in the run's database have ended, in milliseconds. */
const FREE_MS = 10_000;

export interface SourceOptions {
  /** Copy the database again, although a source of the same migrations exists that no suite uses. Default false. */
  readonly isFresh?: boolean | undefined;
  readonly freeMs?: number | undefined;
  readonly check?: SourceCheck | undefined;
  /** Keys of locks that the session in the run's database holds, shared, from before it looks for the source until `close`. */
  readonly locks?: readonly string[] | undefined;
}

export interface MadeSource {
  readonly source: CloneSource;
  /** Ends the session that keeps the run's database until the caller has its own usage lock. */
  readonly close: () => Promise<void>;
}

/**
 * Copies the run's database into a closed one, or finds the copy that another process has made. No session can be opened in
 * it, so that any number of clones can be made from it at once.
 */
export async function makeSource(server: CloneServer, within: Deadline, options: SourceOptions = {}): Promise<MadeSource> {
  const { locks = [], check, freeMs = FREE_MS } = options;
  const end = performance.now() + freeMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 1.5, 200)) {
    const own = await connect(server.directUrl, { applicationName: SOURCE_SESSION, signal: within.signal });
    let source: CloneSource | undefined;
    try {
      for (const key of locks) await lockShared(own, key);
      if (check === undefined || (await check(own, performance.now() >= end))) {
        const request: Request = { ...options, server, own, label: await labelOf(own), within };
        source = isSame(server) ? await makeOn(own, request) : await withinSession(server.url, within, (admin) => makeOn(admin, request));
      }
    } finally {
      // While another process copies the database, no session of this one may be open in it.
      if (source === undefined) await own.close();
    }
    if (source !== undefined) return { source, close: () => own.close() };
    await within.pause(jitter(pauseMs));
  }
}

/** Whether the server has no other database for sessions than that of the run, as on Neon: no session of ours may be open in it while it is copied. */
export function isSame({ url, directUrl }: CloneServer): boolean {
  return parseUrl(url).database === parseUrl(directUrl).database;
}

/** Another database, and the same database after other migrations, has another source. */
async function labelOf(own: Session): Promise<string> {
  const [facts] = await own.query<{ oid: string; hasMarkers: boolean }>(
    `select d.oid::pg_catalog.text as oid, pg_catalog.to_regclass('offshoot.readiness') is not null as "hasMarkers"
     from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`,
  );
  // Another role can have made the table, and an index of it can call functions (`foreign-code.ts`).
  const [state] =
    facts?.hasMarkers && (await foreignCodeOf(own, "offshoot.readiness", "read")) === undefined
      ? await own.query<{ ready: string }>(
          `select coalesce(pg_catalog.string_agg(r.fingerprint || ' ' || r.epoch, ',' order by r.fingerprint), '') as ready
         from offshoot.readiness r where r.state = 'ready'`,
        )
      : [];
  return `source-${shortHash(`${facts?.oid} ${state?.ready ?? ""}`, 10)}`;
}

interface Request extends SourceOptions {
  readonly server: CloneServer;
  /** A session in the run's database. */
  readonly own: Session;
  readonly label: string;
  readonly within: Deadline;
}

/** Undefined while another process makes the source. */
async function makeOn(admin: Session, request: Request): Promise<CloneSource | undefined> {
  const { server, own, label, within, isFresh = false, freeMs = FREE_MS, check } = request;
  const database = parseUrl(server.directUrl).database;
  const name = toDatabase(cloneName({ repository: server.tag.repository, key: server.tag.run }, label));
  const scratch = scratchName();
  if (!(await tryCreatorLocks(admin, name, scratch))) return undefined;
  try {
    const { entries, major } = await readDatabases(admin);
    const existing = entries.find((entry) => entry.name === name && entry.tag !== undefined);
    // The suite that wants a fresh source counts itself.
    const mayReplace = isFresh && (await countSuites(admin, server.tag)) <= 1;
    if (existing !== undefined && mayReplace) await dropEntry(admin, existing);
    if (existing === undefined || mayReplace) {
      await copyWhenFree(own, copyStatement(scratch, database, server.isQuick && major >= 15), within, { freeMs, check });
      await closeAndName(admin, scratch, name, { ...server.tag, clone: label });
    }
    return { ...server, database: name, properties: await propertyStatements(admin, database, TARGET) };
  } finally {
    // Where the server has no other database, this session also keeps the run's database and the suite.
    if (!admin.lost.aborted) await releaseCreatorLocks(admin, name, scratch);
  }
}

/** Drops the source, unless another suite than the caller's uses it or is about to use it. */
export async function dropSource(session: Session, source: CloneSource, within: Deadline): Promise<void> {
  for (;;) {
    if (await tryCreatorLocks(session, source.database, scratchName())) {
      try {
        if ((await countSuites(session, source.tag)) > 1) return;
        const entry = (await readDatabases(session)).entries.find(({ name, tag }) => name === source.database && isOfRun(tag, source.tag));
        if (entry !== undefined) await dropEntry(session, entry);
        return;
      } finally {
        if (!session.lost.aborted) await releaseAll(session);
      }
    }
    await within.pause(jitter(20));
  }
}

/** How many suites of a run hold their lock. */
async function countSuites(session: Session, { repository, run }: OwnerTag): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `select pg_catalog.count(*)::int as count from pg_catalog.pg_locks l
     where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = $1::int::pg_catalog.oid and l.objid = pg_catalog.hashtext($2)::pg_catalog.oid and l.granted`,
    [LOCK_CLASS, suitesLockOf(repository, run)],
  );
  return row?.count ?? 0;
}

/** Gives the copy its name and its tag, and closes it for sessions, all in one transaction. */
function closeAndName(admin: Session, scratch: string, name: string, tag: OwnerTag): Promise<void> {
  return nameAndTag(admin, scratch, name, formatComment(tag), [`alter database ${identifier(scratch)} with allow_connections false`]);
}

/** Whether a tag is that of a database of the same run. */
export function isOfRun(tag: OwnerTag | undefined, run: Pick<OwnerTag, "repository" | "run">): boolean {
  return tag !== undefined && tag.repository === run.repository && tag.run === run.run;
}
