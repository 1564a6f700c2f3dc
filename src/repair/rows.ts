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
 * `formerName`: the name of a table in the database, if the repair renames it first.
 */
export async function readRows(
  session: Session,
  expected: Catalog,
  actual: Catalog,
  changes: readonly Change[],
  formerName = (tableId: string): string => tableId,
): Promise<Rows> {
  // Postgres does not check the rows of a foreign table, and reading them would open a connection to another server.
  const existing = new Set(actual.tables.filter(({ kind }) => kind !== "foreign table").map(({ id }) => id));
  const changeOf = new Map(changes.flatMap((one) => (one.kind === "column" ? [[one.object, one] as const] : [])));
  const tables = new Map<string, string>();
  const nulls = new Map<string, string>();
  for (const { id, schema, name, columns } of expected.tables) {
    if (!existing.has(id)) continue;
    for (const column of columns) {
      const object = path(schema, name, column.name);
      const change = changeOf.get(object);
      if (change?.change === "missing") tables.set(id, `select from ${formerName(id)}`);
      const becomesNotNull = change?.differences.some(({ property }) => property === "nullable") === true && !column.nullable;
      if (becomesNotNull) nulls.set(object, `select from ${formerName(id)} where ${path(column.name)} is null`);
    }
  }
  const withRows = await withRow(session, tables);
  const withNulls = await withRow(session, nulls);
  return { hasRows: (table) => withRows.has(table), hasNulls: (column) => withNulls.has(column) };
}

/** Queries in one statement. It locks all of their tables, for reading, until it ends. */
const MOST_TOGETHER = 50;

/** The keys of the queries that find a row. A query that must not be run counts as one that finds a row. */
async function withRow(session: Session, queries: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  const all = [...queries];
  const found = new Set<string>();
  for (let at = 0; at < all.length; at += MOST_TOGETHER) {
    const part = all.slice(at, at + MOST_TOGETHER);
    const answers = (await exist(session, part)) ?? (await existOneByOne(session, part));
    for (const [index, [key]] of part.entries()) if (answers[index] !== false) found.add(key);
  }
  return found;
}

async function existOneByOne(session: Session, queries: readonly (readonly [string, string])[]): Promise<readonly boolean[]> {
  const answers: boolean[] = [];
  for (const query of queries) answers.push((await exist(session, [query]))?.[0] ?? true);
  return answers;
}

/** Whether each query finds a row. Undefined: the role must not run one of them. */
async function exist(session: Session, queries: readonly (readonly [string, string])[]): Promise<readonly boolean[] | undefined> {
  // With `row_security` off, the query fails when a policy would hide rows.
  const settings = "set local transaction_read_only = on; set local row_security = off";
  try {
    const columns = queries.map(([, query], at) => `exists (${query}) as "${at}"`);
    const [row] = await session.query<Record<string, boolean>>(`${settings}; select ${columns.join(", ")}`);
    return queries.map((_, at) => row?.[at] === true);
  } catch (thrown) {
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return undefined;
    throw thrown;
  }
}
