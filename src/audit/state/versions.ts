import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { foreignCodeOf } from "../../postgres/foreign-code.ts";
import { identifier } from "../../postgres/identifier.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import { path } from "../../catalog/quote.ts";

/** The column that holds the versions of a migration tool. Names are unquoted. */
export interface VersionTable {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** The versions in a migration tool's version table, or why they could not be read. */
export type VersionReading =
  | { readonly state: "read"; readonly values: readonly string[] }
  | {
      readonly state: "unreadable";
      readonly why: "no such table" | "no such column" | "permission denied" | "reading it can run code of the database";
    };

/** The quoted name of a version table, the key of its reading. */
export function versionTable(table: Pick<VersionTable, "schema" | "table">): string {
  return path(table.schema, table.table);
}

/**
 * Version tables that hold only the current heads: a second row is a second head (Alembic documentation, "Working with
 * Branches"). Other tools keep one row for each migration.
 */
const HEAD_TABLES: readonly Pick<VersionTable, "table" | "column">[] = [{ table: "alembic_version", column: "version_num" }];

/** The tables of the catalog that hold heads, whether or not the spec lists them. */
export function headTables({ tables }: Catalog): VersionTable[] {
  return HEAD_TABLES.flatMap(({ table, column }) =>
    tables
      .filter(({ name, columns }) => name === table && columns.some((one) => one.name === column))
      .map(({ schema }) => ({ schema, table, column })),
  );
}

const REASONS: Readonly<Record<string, Extract<VersionReading, { readonly state: "unreadable" }>["why"]>> = {
  [SQLSTATE.undefinedTable]: "no such table",
  [SQLSTATE.undefinedSchema]: "no such table",
  "42703": "no such column",
  [SQLSTATE.insufficientPrivilege]: "permission denied",
};

/** Reads each version table with one statement. Throws the server's error. */
export async function readVersions(session: Session, tables: readonly VersionTable[]): Promise<ReadonlyMap<string, VersionReading>> {
  const readings = new Map<string, VersionReading>();
  for (const table of tables) readings.set(versionTable(table), await readVersion(session, table));
  return readings;
}

async function readVersion(session: Session, { schema, table, column }: VersionTable): Promise<VersionReading> {
  try {
    const from = `${identifier(schema)}.${identifier(table)}`;
    if ((await foreignCodeOf(session, from, "read")) !== undefined)
      return { state: "unreadable", why: "reading it can run code of the database" };
    const rows = await session.query<{ value: string | null }>(
      // A cast to text would call a function of the database if the column has a type of the database.
      `select case when ${identifier(column)} is not null then pg_catalog.format('%s', ${identifier(column)}) end as value
       from ${from} order by 1`,
    );
    return { state: "read", values: rows.map(({ value }) => value ?? "null") };
  } catch (thrown) {
    const why = REASONS[codeOf(thrown) ?? ""];
    if (why === undefined) throw thrown;
    return { state: "unreadable", why };
  }
}
