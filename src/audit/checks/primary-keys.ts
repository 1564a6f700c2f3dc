import { finding, type Check } from "./check.ts";

/**
 * Tables whose rows have no identity: logical replication refuses to update them, and a double row can't be told
 * from its twin. Partitions get theirs from the parent.
 */
export const primaryKeys: Check = ({ catalog, onTable }) =>
  catalog.tables
    .filter(({ kind, partitionBound }) => kind !== "foreign table" && partitionBound === undefined)
    .filter(({ schema, name }) => !onTable("constraints", schema, name).some(({ type }) => type === "primary key"))
    .map(({ id, schema, name, columns }) => {
      const never = new Set(columns.filter(({ nullable }) => !nullable).map((column) => column.name));
      const candidate = onTable("indexes", schema, name).find(
        (index) => index.unique === true && index.valid && index.predicate === undefined && index.keys.every((key) => never.has(key)),
      );
      return finding("table-without-primary-key", { kind: "table", name: id }, { candidate: candidate?.name });
    });
