import { isOffshootError } from "../../errors.ts";
import { connectionError, withSession } from "../../postgres/connect.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { withDatabase } from "../../postgres/url.ts";
import { factsOf } from "./api-errors.ts";
import { type BranchUrls, fetchUrls } from "./connection.ts";
import type { Dependencies, SeenNames, Setup } from "./options.ts";
import { waitUntilReady } from "./ready.ts";
import type { CallContext, Connection } from "./types.ts";

/** The database and the role of a new project (specification, `{database_name}_owner`). */
export const USUAL = { database: "neondb", role: "neondb_owner" } as const;

/** Neon's reply for a name that the branch does not have. 404 is documented; other servers may find the request itself wrong. */
const UNKNOWN_NAME: ReadonlySet<number> = new Set([400, 404, 422]);

const UNKNOWN_TO_POSTGRES: ReadonlySet<unknown> = new Set([
  SQLSTATE.undefinedDatabase,
  SQLSTATE.invalidPassword,
  SQLSTATE.invalidAuthorization,
]);

/** A branch that has answered a query. */
export interface Opened {
  readonly urls: BranchUrls;
  readonly postgresMajor: number;
}

/**
 * Opens an existing branch with the names that an earlier command has found, or that most projects have, which saves the call that lists the databases. The
 * server then proves that this is what the list would have led to: the branch has no other database, and the role is its
 * owner. Undefined if it is not, or if the settings name both: then the list decides.
 */
export async function openExpected(setup: Setup, branchId: string, context: CallContext): Promise<Opened | undefined> {
  const { choices, dependencies, names } = setup;
  if (choices.database !== undefined && choices.role !== undefined) return undefined;
  const known = await names?.read();
  const guess = choices.database === undefined || choices.database === known?.database ? (known ?? USUAL) : USUAL;
  const connection = { database: choices.database ?? guess.database, role: choices.role ?? guess.role };
  try {
    const first = await open(setup, branchId, connection, context);
    const { isOwner, owner, databases } = await dependencies.readNames(first.urls.directUrl, context.deadline);
    if (choices.database === undefined && databases !== 1) return undefined;
    if (choices.role !== undefined || isOwner) return first;
    // The server has shown the owner, so that no list is needed for it.
    return await open(setup, branchId, { database: connection.database, role: owner }, context);
  } catch (thrown) {
    const facts = factsOf(thrown);
    const isUnknown =
      facts === undefined ? isOffshootError(thrown) && UNKNOWN_TO_POSTGRES.has(thrown.facts["sqlstate"]) : UNKNOWN_NAME.has(facts.status);
    if (isUnknown) return undefined;
    throw thrown;
  }
}

async function open(setup: Setup, branchId: string, connection: Connection, context: CallContext): Promise<Opened> {
  const urls = await fetchUrls(setup, branchId, connection, context);
  const started = { url: urls.directUrl, operations: [], isFresh: false };
  return { urls, postgresMajor: await waitUntilReady(setup.api, started, context, setup.dependencies) };
}

/** A database that Neon's API lists. `postgres` is on every server and belongs to Neon. Clones of offshoot, which have its comment, were created with SQL. */
const IS_LISTED = `not o.datistemplate and o.datname operator(pg_catalog.<>) 'postgres'
  and not coalesce(pg_catalog.starts_with(o.datname::pg_catalog.text, 'offshoot_')
    and pg_catalog.starts_with(pg_catalog.shobj_description(o.oid, 'pg_database'), 'offshoot: '), false)`;

const NAMES = `
select pg_catalog.pg_get_userbyid(d.datdba) operator(pg_catalog.=) current_user as "isOwner",
       pg_catalog.pg_get_userbyid(d.datdba) as "owner",
       (select pg_catalog.count(*)::pg_catalog.int4 from pg_catalog.pg_database o where ${IS_LISTED}) as databases
from pg_catalog.pg_database d
where d.datname operator(pg_catalog.=) pg_catalog.current_database()`;

/** Neon's API still lists a database that was dropped with SQL, and does not list one that was created with it: the server knows. */
const DATABASES = `
select o.datname::pg_catalog.text as name from pg_catalog.pg_database o
where ${IS_LISTED} and o.datallowconn order by o.datname limit 100`;

/** `Dependencies.readDatabases` with a session in `postgres`, which every server has. */
export const readDatabases: Dependencies["readDatabases"] = async (url, within) => {
  const ms = Math.max(1, within.leftMs());
  const limits = { signal: within.signal, connectMs: ms, queryMs: ms };
  const rows = await withSession(withDatabase(url, "postgres"), (session) => session.query<{ name: string }>(DATABASES), limits);
  return rows.map(({ name }) => name);
};

/** `Dependencies.readNames` with a session. Throws `CONNECTION_FAILED`, also when the branch was deleted since it answered. */
export const readNames: Dependencies["readNames"] = async (url, within) => {
  const ms = Math.max(1, within.leftMs());
  const limits = { signal: within.signal, connectMs: ms, queryMs: ms };
  const [row] = await withSession(url, (session) => session.query<SeenNames & Record<string, unknown>>(NAMES), limits).catch(
    (thrown: unknown) => {
      throw isOffshootError(thrown) ? thrown : connectionError(url, thrown);
    },
  );
  return { isOwner: row?.isOwner === true, owner: String(row?.owner), databases: Number(row?.databases) };
};
