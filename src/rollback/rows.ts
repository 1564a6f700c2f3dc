import type { Catalog } from "../catalog/catalog.ts";
import type { Session } from "../postgres/connect.ts";
import { literal } from "../postgres/identifier.ts";
import type { RowsLost } from "./verdict.ts";

/** The exact count reads every table, so a schema with more tables than this is not counted. */
const MOST_TABLES = 1000;

/** The number of rows of every ordinary table, by id. */
export async function countRows(session: Session, { tables }: Catalog): Promise<ReadonlyMap<string, number>> {
  const counted = tables.filter(({ kind }) => kind === "table").map(({ id }) => id);
  if (counted.length === 0 || counted.length > MOST_TABLES) return new Map();
  const selects = counted.map((id) => `select ${literal(id)} as id, (select pg_catalog.count(*) from ${id})::pg_catalog.float8 as rows`);
  const rows = await session.query<{ id: string; rows: number }>(selects.join(" union all "));
  return new Map(rows.map(({ id, rows: count }) => [id, count]));
}

/** The tables with fewer rows than before. Pure. */
export function rowsLost(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): readonly RowsLost[] {
  return [...before].flatMap(([table, rows]) => {
    const left = after.get(table) ?? 0;
    return left < rows ? [{ table, before: rows, after: left }] : [];
  });
}
