import type { Session } from "../../postgres/connect.ts";
import type { Listed } from "../provider.ts";
import { withRunExpiry } from "./clone-expiry.ts";
import { COMMENT, IS_BEING_DROPPED, IS_HELD, IS_VALID, parseComment, readComment } from "./databases.ts";
import { DATABASE_PREFIX, isScratch, toFullName } from "./names.ts";
import { rereadIfDropped } from "./reread.ts";
import type { Bounds, Server, ServerSource } from "./server.ts";
import { IS_USE } from "./sessions.ts";

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly comment: string | null;
  readonly sessions: number;
  readonly sizeBytes: number | null;
  readonly isValid: boolean;
  readonly isBeingDropped: boolean;
  /** Whether a process that creates the database, or works in the copy, holds its lock. */
  readonly isHeld: boolean;
  /** Whether the server reports the size of the database to this role. */
  readonly hasSize: boolean;
  /** The server's clock; undefined for a stopped server. */
  readonly now: Date | undefined;
}

/** Where the databases of a list are: `docker` and `postgres-18`, or `neon` and the id of a branch. */
type Place = Pick<Listed, "provider">;

/** All databases of offshoot on a running server. */
export async function listServer(source: Place, server: Pick<Server, "id">, session: Session): Promise<Listed[]> {
  const read = (): Promise<readonly Row[]> => rereadIfDropped(session, () => readRows(session));
  let rows = await read();
  // A DROP can end between the reading of the databases and that of the locks. Its database is not there the second time.
  if (rows.some(({ isValid, isBeingDropped }) => !isValid && !isBeingDropped)) rows = await read();
  return expiringWithRun(rows.map((row) => toListed(source, server.id, row)));
}

function readRows(session: Session): Promise<readonly Row[]> {
  // The inner select reads the database by its oid again, because the size of a database that was just dropped is an error. A
  // database without files has no size (PostgreSQL source, `pg_database_size_oid`).
  return session.query<Row>(
    `select datname as name, ${COMMENT} as comment,
       pg_catalog.now() as now, (select pg_catalog.count(*)::int from pg_catalog.pg_stat_activity a where a.datid = d.oid and ${IS_USE}) as sessions,
       (select pg_catalog.pg_database_size(e.oid)::pg_catalog.float8 from pg_catalog.pg_database e where e.oid = d.oid
         and pg_catalog.has_database_privilege(e.oid, 'connect')) as "sizeBytes",
       ${IS_VALID} as "isValid", ${IS_BEING_DROPPED} as "isBeingDropped", ${IS_HELD} as "isHeld",
       pg_catalog.has_database_privilege(d.oid, 'connect') as "hasSize"
     from pg_catalog.pg_database d where pg_catalog.starts_with(datname, 'offshoot_') order by datname`,
  );
}

const UNKNOWN =
  "The local Postgres server was stopped by something else than offshoot, so its databases are not known and not shown. `offshoot up` starts it again, and `offshoot down` starts it to look for the run's database.";

/** All databases on the disk of a stopped server. The server is not started. */
export async function listStored(source: ServerSource, bounds: Bounds): Promise<Listed[]> {
  const stored = await source.storedDatabases?.(bounds);
  if (stored === "unknown") bounds.emit({ kind: "warning", text: UNKNOWN });
  if (stored === undefined || stored === "unknown") return [];
  const facts = { sessions: 0, sizeBytes: null, isValid: true, isBeingDropped: false, isHeld: false, hasSize: false, now: undefined };
  const ours = stored.filter(({ name }) => name.startsWith(DATABASE_PREFIX));
  return expiringWithRun(ours.map(({ name, comment }) => toListed(source, "stopped", { name, comment, ...facts })));
}

/** Each clone with its real expiry, which can be that of its run's database. */
function expiringWithRun(listed: readonly Listed[]): Listed[] {
  const withExpiry = withRunExpiry(listed.map(({ tag }) => tag));
  return listed.map((one) => {
    const tag = one.tag && withExpiry(one.tag);
    return tag === one.tag ? one : { ...one, tag, expiresAt: tag?.expires === undefined ? undefined : new Date(tag.expires) };
  });
}

function toListed(source: Place, server: string, { name, comment, sessions, sizeBytes, ...row }: Row): Listed {
  const { isValid, isBeingDropped, isHeld, hasSize, now } = row;
  const isUnfinished = isScratch(name);
  // The name of a scratch database proves that offshoot created it. Its tag is that of the database from which it was copied.
  const { tag, lastUsedAt } = isUnfinished ? parseComment(comment) : readComment(name, comment);
  return {
    provider: source.provider,
    id: `${server}/${name}`,
    name: toFullName(name, tag),
    kind: isUnfinished ? "run" : (tag?.kind ?? "foreign"),
    tag,
    createdAt: tag === undefined ? undefined : new Date(tag.created),
    expiresAt: tag?.expires === undefined ? undefined : new Date(tag.expires),
    lastUsedAt,
    sessions,
    sizeBytes: sizeBytes ?? undefined,
    guarded: isUnfinished && isHeld ? "a process that still runs uses it, such as a rehearsal" : undefined,
    parentId: undefined,
    readAt: now,
    broken: (isUnfinished && !isHeld) || (!isBeingDropped && (!isValid || (hasSize && sizeBytes === null))),
    deleting: isBeingDropped,
  };
}
