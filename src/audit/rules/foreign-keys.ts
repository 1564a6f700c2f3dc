import type { Constraint } from "../../catalog/constraints.ts";
import type { Index } from "../../catalog/indexes.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/relations.ts";
import { path, quoted, spellings } from "../../catalog/quote.ts";
import { finding, type Check } from "./rule.ts";
import { partitionedTables } from "./partitioned.ts";

/** Foreign keys that belong to the table itself: copies in partitions come with their parent's. */
function foreignKeys({ constraints }: Catalog): readonly (Constraint & Required<Pick<Constraint, "references" | "columns">>)[] {
  return constraints.flatMap((one) => {
    const { references, columns, inherited } = one;
    return references === undefined || columns === undefined || inherited === true ? [] : [{ ...one, references, columns }];
  });
}

/** Foreign keys without an index that begins with their columns: every delete in the other table walks this one. */
export const unindexed: Check = ({ catalog, onTable }) => {
  const isPartitioned = partitionedTables(catalog);
  return foreignKeys(catalog)
    .filter(({ schema, table, columns }) => !onTable("indexes", schema, table).some((index) => leadsTo(index, columns)))
    .map(({ id, schema, table, columns, definition }) =>
      finding(
        "foreign-key-unindexed",
        { kind: "constraint", name: id },
        { definition, on: path(schema, table), columns: columns.map(quoted), partitioned: isPartitioned(schema, table) },
      ),
    );
};

function leadsTo({ valid, method, keys, predicate }: Index, columns: readonly string[]): boolean {
  if (!valid || !(method === "btree" || method === "hash")) return false;
  // Rows whose reference is null matter to nobody, so an index may leave them out.
  const written = columns.map(spellings);
  if (predicate !== undefined && !written.flat().some((column) => predicate === `(${column} IS NOT NULL)`)) return false;
  const first = new Set(keys.slice(0, columns.length));
  return written.every((ways) => ways.some((column) => first.has(column)));
}

/** Foreign keys whose columns have other types than those they refer to. */
export const mixedTypes: Check = ({ catalog }) => {
  const tables = new Map(catalog.tables.map((table) => [table.id, table]));
  const named = new Map(catalog.tables.map((table) => [path(table.schema, table.name), table]));
  const bases = new Map(catalog.domains.map(({ id, type }) => [id, type]));
  // A domain may be of another domain.
  const baseOf = (type: string): string => (bases.has(type) ? baseOf(bases.get(type) ?? "") : type);
  const same = (one: string, other: string): boolean => family(baseOf(one)) === family(baseOf(other));
  return foreignKeys(catalog).flatMap(({ id, schema, table, columns, references, definition }) => {
    const pairs = columns.flatMap((column, at) => {
      const target = references.columns[at] ?? "";
      const [own, other] = [typeOf(named.get(path(schema, table)), column), typeOf(tables.get(references.table), target)];
      if (own === undefined || other === undefined || same(own, other)) return [];
      return [`${path(schema, table, column)} ${own}, ${references.table}.${quoted(target)} ${other}`];
    });
    return pairs.length === 0 ? [] : [finding("foreign-key-types", { kind: "constraint", name: id }, { definition, pairs })];
  });
};

function typeOf(table: Table | undefined, column: string): string | undefined {
  return table?.columns.find(({ name }) => name === column)?.type;
}

/** Types without length, and those that Postgres compares without a conversion as one. */
function family(type: string): string {
  const plain = type.replace(/\([^)"]*\)/, "");
  return plain === "character varying" ? "text" : plain;
}
