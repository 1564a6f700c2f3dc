import type { Index } from "../../catalog/indexes.ts";
import { spellings } from "../../catalog/quote.ts";
import { finding, type Check } from "./rule.ts";

/**
 * Tables whose rows have no identity: logical replication refuses to update them, and a double row can't be told
 * from its twin. Partitions get theirs from the parent.
 */
export const primaryKeys: Check = ({ catalog, onTable }) =>
  catalog.tables
    .filter(({ kind, partitionBound }) => kind !== "foreign table" && partitionBound === undefined)
    .filter(({ schema, name }) => !onTable("constraints", schema, name).some(({ type }) => type === "primary key"))
    .map(({ id, schema, name, columns, kind }) => {
      const object = { kind: "table", name: id } as const;
      // Postgres takes no index for it there, and wants the columns that it is partitioned by in the key.
      if (kind === "partitioned table") return finding("table-without-primary-key", object, {});
      const never = new Set(columns.flatMap((column) => (column.nullable ? [] : spellings(column.name))));
      const candidate = onTable("indexes", schema, name).find((index) => canBeKey(index) && index.keys.every((key) => never.has(key)));
      const column = columns.some((other) => other.name === "id") ? undefined : "id";
      return finding("table-without-primary-key", object, { candidate: candidate?.name, column });
    });

/** What `add primary key using index` takes: an index of its own, over columns in their usual order (ALTER TABLE). */
function canBeKey({ unique, valid, method, predicate, constraint, nullsNotDistinct, keys, definition }: Index): boolean {
  if (unique !== true || !valid || predicate !== undefined || constraint !== undefined || nullsNotDistinct === true) return false;
  // Behind a key would stand an operator class, a collation or a direction.
  return definition.includes(` USING ${method} (${keys.join(", ")})`);
}
