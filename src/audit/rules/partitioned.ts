import type { Catalog } from "../../catalog/catalog.ts";
import { path } from "../../catalog/quote.ts";

/** Whether a table is partitioned: Postgres does nothing concurrently with the indexes of one. */
export function partitionedTables({ tables }: Catalog): (schema: string, table: string) => true | undefined {
  const ids = new Set(tables.flatMap(({ kind, schema, name }) => (kind === "partitioned table" ? [path(schema, name)] : [])));
  return (schema, table) => (ids.has(path(schema, table)) ? true : undefined);
}
