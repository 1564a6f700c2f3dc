import { codeOf } from "../errors.ts";
import { path } from "../catalog/quote.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Change } from "../drift/change.ts";

/** What is known about the rows of the database that is repaired. */
export interface Rows {
  /** Whether the table has rows; true when that is unknown. */
  readonly hasRows: (tableId: string) => boolean;
  /** Whether a row has no value in the column; true when that is unknown. */
  readonly hasNulls: (columnId: string) => boolean;
}

/**
 * Finds out whether rows prevent a change. It reads only the tables that lack a column and the columns that become
 * `NOT NULL`. A table that the role must not read counts as one with such rows. Read only. Throws the server's error.
 */
export async function readRows(session: Session, expected: Catalog, actual: Catalog, changes: readonly Change[]): Promise<Rows> {
  // Postgres does not check the rows of a foreign table, and reading them would open a connection to another server.
  const existing = new Set(actual.tables.filter(({ kind }) => kind !== "foreign table").map(({ id }) => id));
  const changeOf = new Map(changes.flatMap((one) => (one.kind === "column" ? [[one.object, one] as const] : [])));
  const tablesWithRows = new Set<string>();
  const columnsWithNulls = new Set<string>();
  for (const { id, schema, name, columns } of expected.tables) {
    if (!existing.has(id)) continue;
    for (const column of columns) {
      const object = path(schema, name, column.name);
      const change = changeOf.get(object);
      if (change?.change === "missing" && (await hasRow(session, `select from ${id}`))) tablesWithRows.add(id);
      const becomesNotNull = change?.differences.some(({ property }) => property === "nullable") === true && !column.nullable;
      if (becomesNotNull && (await hasRow(session, `select from ${id} where ${path(column.name)} is null`))) columnsWithNulls.add(object);
    }
  }
  return { hasRows: (table) => tablesWithRows.has(table), hasNulls: (column) => columnsWithNulls.has(column) };
}

async function hasRow(session: Session, query: string): Promise<boolean> {
  // With `row_security` off, the query fails when a policy would hide rows.
  const settings = "set local transaction_read_only = on; set local row_security = off";
  try {
    const [row] = await session.query<{ found: boolean }>(`${settings}; select exists (${query}) as found`);
    return row?.found === true;
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return true;
    throw thrown;
  }
}
