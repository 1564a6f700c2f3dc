import { codeOf } from "../errors.ts";
import { path } from "../catalog/quote.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Change } from "../drift/change.ts";
import type { Rows } from "./repair-context.ts";

/**
 * Looks whether rows are in the way of the changes: at the tables that miss a column and at the columns that are to have
 * a value in every row, no others. What may not be read is taken to have such rows. Read only. Throws the server's error.
 */
export async function readRows(session: Session, expected: Catalog, actual: Catalog, changes: readonly Change[]): Promise<Rows> {
  const there = new Set(actual.tables.map(({ id }) => id));
  const filled = new Set<string>();
  const withNulls = new Set<string>();
  for (const { id, schema, name, columns } of expected.tables) {
    if (!there.has(id)) continue;
    for (const column of columns) {
      const object = path(schema, name, column.name);
      const change = changes.find((one) => one.kind === "column" && one.object === object);
      if (change?.change === "missing" && (await holds(session, `select from ${id}`))) filled.add(id);
      const isWanted = change?.differences.some(({ property }) => property === "nullable") === true && !column.nullable;
      if (isWanted && (await holds(session, `select from ${id} where ${path(column.name)} is null`))) withNulls.add(object);
    }
  }
  return { hasRows: (table) => filled.has(table), hasNulls: (column) => withNulls.has(column) };
}

async function holds(session: Session, query: string): Promise<boolean> {
  // Where policies would hide rows, the query fails instead.
  const settings = "set local transaction_read_only = on; set local row_security = off";
  try {
    const [row] = await session.query<{ found: boolean }>(`${settings}; select exists (${query}) as found`);
    return row?.found === true;
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return true;
    throw thrown;
  }
}
