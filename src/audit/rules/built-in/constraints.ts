import type { Catalog } from "../../../catalog/catalog.ts";
import type { Constraint } from "../../../catalog/constraints.ts";
import type { Index } from "../../../catalog/indexes.ts";
import { path, quoted, spellings } from "../../../catalog/quote.ts";
import type { Table } from "../../../catalog/relations.ts";
import { finding } from "../../finding.ts";
import type { AuditRule } from "../rule.ts";
import { partitionedTables } from "./indexes.ts";

/** Constraints that were added NOT VALID and never validated: Postgres did not check the rows that already existed. */
export const unvalidatedConstraints: AuditRule = ({ catalog }) =>
  catalog.constraints
    .filter(({ validated, enforced, inherited }) => !validated && enforced !== false && inherited !== true)
    .map(({ id, definition, schema, table, of }) =>
      finding("constraint-not-validated", { kind: "constraint", name: id }, { definition, on: `${of} ${path(schema, table)}` }),
    );

/**
 * Tables without a primary key: logical replication refuses to update them, and two equal rows cannot be distinguished.
 * Partitions are left out: they inherit the key of the parent.
 */
export const missingPrimaryKeys: AuditRule = ({ catalog, onTable }) => {
  const parents = new Set(catalog.tables.flatMap(({ inherits = [] }) => inherits));
  return catalog.tables
    .filter(({ kind, partitionBound }) => kind !== "foreign table" && partitionBound === undefined)
    .filter(({ schema, name }) => !onTable("constraints", schema, name).some(({ type }) => type === "primary key"))
    .map(({ id, schema, name, columns, kind, ofType }) => {
      const object = { kind: "table", name: id } as const;
      // There Postgres does not accept an existing index as the key, and requires the partition columns in it.
      if (kind === "partitioned table") return finding("table-without-primary-key", object, {});
      const never = new Set(
        columns.flatMap((column) =>
          column.nullable || isUnfit(onTable("constraints", schema, name), column.name) ? [] : spellings(column.name),
        ),
      );
      const candidate = onTable("indexes", schema, name).find((index) => canBeKey(index) && index.keys.every((key) => never.has(key)));
      // Postgres adds no identity column to a table from which others inherit, and no column to a table of a type.
      const isUsable = !parents.has(id) && ofType === undefined && !columns.some((other) => other.name === "id");
      return finding("table-without-primary-key", object, { candidate: candidate?.name, column: isUsable ? "id" : undefined });
    });
};

/** Whether the column has a NOT NULL constraint with which Postgres refuses it in a primary key. */
function isUnfit(constraints: readonly Constraint[], column: string): boolean {
  return constraints.some(
    ({ type, columns, definition }) => type === "not null" && columns?.includes(column) === true && /NO INHERIT|NOT VALID/.test(definition),
  );
}

/** Whether `add primary key using index` accepts the index: it owns no constraint, and its columns have the default order (ALTER TABLE). */
function canBeKey({ unique, valid, method, predicate, constraint, nullsNotDistinct, keys, definition }: Index): boolean {
  if (unique !== true || !valid || predicate !== undefined || constraint !== undefined || nullsNotDistinct === true) return false;
  // An operator class, a collation or a direction would follow a key here.
  return definition.includes(` USING ${method} (${keys.join(", ")})`);
}

/** Foreign keys of the tables themselves. Partitions inherit theirs from the parent. */
function foreignKeys({ constraints }: Catalog): readonly (Constraint & Required<Pick<Constraint, "references" | "columns">>)[] {
  return constraints.flatMap((one) => {
    const { references, columns, inherited } = one;
    return references === undefined || columns === undefined || inherited === true ? [] : [{ ...one, references, columns }];
  });
}

/** Foreign keys without an index that starts with their columns: each delete in the other table reads this whole table. */
export const unindexedForeignKeys: AuditRule = ({ catalog, onTable }) => {
  const isPartitioned = partitionedTables(catalog);
  const hasIndex = (schema: string, table: string, columns: readonly string[]): boolean => {
    if (onTable("indexes", schema, table).some((index) => startsWith(index, columns))) return true;
    // Postgres looks for the rows in each partition, which can have an index of its own.
    const parts = isPartitioned(schema, table) === true ? partitionsOf(catalog, path(schema, table)) : [];
    return parts.length > 0 && parts.every((part) => hasIndex(part.schema, part.name, columns));
  };
  return foreignKeys(catalog)
    .filter(({ schema, table, columns }) => !hasIndex(schema, table, columns))
    .map(({ id, schema, table, columns, definition }) =>
      finding(
        "foreign-key-unindexed",
        { kind: "constraint", name: id },
        { definition, on: path(schema, table), columns: columns.map(quoted), partitioned: isPartitioned(schema, table) },
      ),
    );
};

function partitionsOf({ tables }: Catalog, parent: string): readonly Table[] {
  return tables.filter(({ partitionBound, inherits }) => partitionBound !== undefined && inherits?.includes(parent) === true);
}

function startsWith({ valid, method, keys, predicate }: Index, columns: readonly string[]): boolean {
  if (!valid || !(method === "btree" || method === "hash")) return false;
  // Rows with a null reference are never looked up, so an index can leave them out.
  const written = columns.map(spellings);
  if (predicate !== undefined && !written.flat().some((column) => predicate === `(${column} IS NOT NULL)`)) return false;
  const first = new Set(keys.slice(0, columns.length));
  return written.every((ways) => ways.some((column) => first.has(column)));
}

/** Foreign keys whose columns have other types than the columns they refer to. */
export const mixedForeignKeyTypes: AuditRule = ({ catalog }) => {
  const tables = new Map(catalog.tables.map((table) => [table.id, table]));
  const named = new Map(catalog.tables.map((table) => [path(table.schema, table.name), table]));
  const bases = new Map(catalog.domains.map(({ id, type }) => [id, type]));
  // A domain can be based on another domain.
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

/** The type without its length. Types that Postgres compares without a conversion get the same name. */
function family(type: string): string {
  const plain = type.replace(/\([^)"]*\)/, "");
  return plain === "character varying" ? "text" : plain;
}
