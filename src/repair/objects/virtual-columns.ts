import type { Table } from "../../catalog/relations.ts";
import { path } from "../../catalog/quote.ts";
import type { Lookup } from "../lookup.ts";

/**
 * Postgres does not change the expression of a virtual column in place when its table, a child table or a partition has a check,
 * or when a publication names one of them.
 */
export function isCheckedOrPublished({ id, inherits = [] }: Table, { catalog }: Lookup): boolean {
  const family = new Set([id, ...inherits]);
  // A set can grow while it is read.
  for (const one of family) for (const table of catalog.tables) if (table.inherits?.includes(one) === true) family.add(table.id);
  return (
    catalog.constraints.some(({ of, type, schema, table }) => of === "table" && type === "check" && family.has(path(schema, table))) ||
    catalog.publications.some(({ tables }) =>
      tables.some((table) => [...family].some((one) => table === one || table.startsWith(`${one} `))),
    )
  );
}
