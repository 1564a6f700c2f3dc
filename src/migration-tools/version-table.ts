import { OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { foreignCodeOf } from "../postgres/foreign-code.ts";
import { identifier, literal } from "../postgres/identifier.ts";
import { isTableMissing } from "../postgres/sqlstate.ts";
import { recordedHeadsOf } from "./revisions.ts";
import type { Project, Revision, VersionTable } from "./tool.ts";

/**
 * The ids of the revisions that the version table of a database records. Undefined if the table does not exist, or is a view.
 * Throws the server's error, and `NOT_OURS` for a table that was not read because that can call functions of others.
 */
export async function readVersionTable(session: Session, versionTable: VersionTable): Promise<readonly string[] | undefined> {
  try {
    const table = await findTable(session, versionTable.name);
    if (table === undefined) return undefined;
    const kind = await foreignCodeOf(session, table, "read");
    if (kind !== undefined) throw notRead(table, kind);
    return (await session.query<{ id: string }>(versionTable.query(table))).map(({ id }) => id);
  } catch (thrown) {
    if (isTableMissing(thrown)) return undefined;
    throw thrown;
  }
}

function notRead(table: string, kind: string): OffshootError {
  return new OffshootError("NOT_OURS", `The version table ${table} was not read.`, {
    meaning: `Postgres can run code of the database when the table is read (${kind}).`,
    remedy: "Look at who can change this table, and remove what calls functions of the database.",
    facts: { table, kind },
  });
}

/**
 * The quoted name of a table that a tool finds in the search path of the database. With that search path, a name without a
 * schema can also be a function or an operator of the database, so every name in this statement has its schema.
 */
export async function findTable(session: Session, name: string): Promise<string | undefined> {
  const [table] = await session.query<{ schema: string; name: string }>(`
select pg_catalog.set_config('search_path', ${literal(await session.searchPath())}, true);
select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
where c.oid operator(pg_catalog.=) pg_catalog.to_regclass(${literal(name)})::pg_catalog.oid
  and c.relkind operator(pg_catalog.=) any (array['r', 'p']::pg_catalog."char"[])`);
  return table && `${identifier(table.schema)}.${identifier(table.name)}`;
}

/**
 * Whether a database has no table besides those of extensions and of offshoot. A migration tool that found its migrations has
 * at least recorded them, in whatever table.
 */
export async function hasNoTables(session: Session): Promise<boolean> {
  const [first] = await session.query(`
select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
where c.relkind operator(pg_catalog.=) any (array['r', 'p']::pg_catalog."char"[])
  and n.nspname operator(pg_catalog.<>) all (array['pg_catalog', 'information_schema', 'pg_toast', 'offshoot']::pg_catalog.name[])
  and not exists (
    select from pg_catalog.pg_depend d
    where d.classid operator(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
      and d.objid operator(pg_catalog.=) c.oid and d.deptype operator(pg_catalog.=) 'e'::pg_catalog."char")
limit 1`);
  return first === undefined;
}

/** The difference between a version table and the revisions of the repository. */
export interface VersionTableGap {
  /** Heads of the repository that are not in a table of heads, and all revisions that are not in a table of all. */
  readonly missing: readonly string[];
  /** Those of `missing` that are older than a revision in the table. */
  readonly leftOut: readonly string[];
  /** Ids in the table that are not heads of the repository, and heads that the table contains twice. */
  readonly unexpected: readonly string[];
}

/**
 * Compares a version table with the revisions of the repository. Undefined if they match. A table of heads must contain
 * exactly the heads: two migrations at the same time can leave additional rows. A table of all revisions must contain each of
 * them: some tools leave out a migration that is older than the newest in the database, and report nothing. It can contain
 * more, for example the migrations of installed packages.
 */
export function versionTableGap(project: Project, recorded: readonly string[]): VersionTableGap | undefined {
  const heads = recordedHeadsOf(project.revisions).map(({ id }) => id);
  const { holds } = project.versionTable;
  const required = holds === "heads" ? heads : requiredOf(project, recorded).map(({ id }) => id);
  const missing = required.filter((id) => !recorded.includes(id));
  const unexpected = holds === "heads" ? recorded.filter((id, at) => !heads.includes(id) || recorded.indexOf(id) !== at) : [];
  return missing.length === 0 && unexpected.length === 0
    ? undefined
    : { missing, leftOut: holds === "all" ? olderThan(recorded, project, missing) : [], unexpected };
}

/** A sequence that is perhaps not run counts only where the table has one of its revisions. */
function requiredOf({ revisions }: Project, recorded: readonly string[]): readonly Revision[] {
  const applied = new Set(revisions.filter(({ id }) => recorded.includes(id)).map(({ sequence }) => sequence));
  return revisions.filter(({ isOptional, sequence }) => isOptional !== true || applied.has(sequence));
}

/** In a tool with several sequences, only revisions of the same sequence are compared. */
function olderThan(recorded: readonly string[], { revisions }: Project, missing: readonly string[]): readonly string[] {
  const applied = revisions.filter(({ id }) => recorded.includes(id));
  return revisions
    .filter(
      (each, at) => missing.includes(each.id) && applied.some((other) => other.sequence === each.sequence && revisions.indexOf(other) > at),
    )
    .map(({ id }) => id);
}
