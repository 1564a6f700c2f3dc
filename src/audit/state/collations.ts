import type { Session } from "../../postgres/connect.ts";
import type { FoundObject } from "../../findings/finding.ts";

/** A collation with another library version than the one that Postgres recorded. */
export interface StaleCollation {
  readonly object: FoundObject<Row["kind"]>;
  readonly recorded: string;
  readonly actual: string;
}

interface Row extends Record<string, unknown> {
  readonly kind: "collation" | "database";
  readonly name: string;
  readonly recorded: string;
  readonly actual: string;
}

const OF_COLUMNS = `
select 'collation' as kind, pg_catalog.format('%I.%I', n.nspname, c.collname) as name, c.collversion as recorded, v.actual
from pg_catalog.pg_collation c
join pg_catalog.pg_namespace n on n.oid = c.collnamespace
cross join lateral (select pg_catalog.pg_collation_actual_version(c.oid) as actual) v
where c.collversion is not null and v.actual <> c.collversion
  and exists (select from pg_catalog.pg_attribute a where a.attcollation = c.oid and a.attrelid >= 16384)`;

/** A database records a version of its own since PostgreSQL 15. */
const OF_DATABASE = `
select 'database', pg_catalog.format('%I', d.datname), d.datcollversion, v.actual
from pg_catalog.pg_database d
cross join lateral (select pg_catalog.pg_database_collation_actual_version(d.oid) as actual) v
where d.datname = pg_catalog.current_database() and d.datcollversion is not null and v.actual <> d.datcollversion`;

/** The collations of columns and the database with an outdated version. `major` is that of the server. Throws the server's error. */
export async function readCollations(session: Session, major: number): Promise<readonly StaleCollation[]> {
  const rows = await session.query<Row>(major < 15 ? OF_COLUMNS : `${OF_COLUMNS}\nunion all${OF_DATABASE}`);
  return rows.map(({ kind, name, recorded, actual }) => ({ object: { kind, name }, recorded, actual }));
}
