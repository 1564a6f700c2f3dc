import type { Session } from "../postgres/connect.ts";
import { foreignCodeOf } from "../postgres/foreign-code.ts";
import { identifier } from "../postgres/identifier.ts";
import type { Revision, VersionTable } from "./tool.ts";

/** Tables of one name that are looked into. */
const MOST_TABLES = 20;

/**
 * The ids of a version table that is not in the search path of the database: a tool or a migration can set another one. A table of
 * that name can also be one of another program, so it counts only if it records one of these revisions.
 */
export async function readVersionTableElsewhere(
  session: Session,
  versionTable: VersionTable,
  revisions: readonly Revision[],
): Promise<readonly string[] | undefined> {
  if (versionTable.name.includes(".")) return undefined;
  const ids = new Set(revisions.map(({ id }) => id));
  const tables = await session.query<{ schema: string; name: string }>(
    `
select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
where c.relname operator(pg_catalog.=) $1::pg_catalog.name and c.relkind operator(pg_catalog.=) any (array['r', 'p']::pg_catalog."char"[])
  and n.nspname operator(pg_catalog.<>) all (array['pg_catalog', 'information_schema', 'offshoot']::pg_catalog.name[])
order by 1 limit ${MOST_TABLES}`,
    [versionTable.name.replaceAll('"', "")],
  );
  for (const { schema, name } of tables) {
    const table = `${identifier(schema)}.${identifier(name)}`;
    // A table that can run code of the database is not read. One with other columns, or that this role cannot read, is not the one.
    if ((await foreignCodeOf(session, table, "read")) !== undefined) continue;
    const rows = await session.query<{ id: string }>(versionTable.query(table)).catch(() => []);
    if (rows.some(({ id }) => ids.has(id))) return rows.map(({ id }) => id);
  }
  return undefined;
}
