import { finding, type Check } from "./rule.ts";
import { partitionedTables } from "./partitioned.ts";

/**
 * Indexes that a failed `CREATE INDEX CONCURRENTLY` left behind: kept up to date at every write, never used. That of a
 * partitioned table is invalid as long as a partition lacks its part.
 */
export const invalid: Check = ({ catalog }) => {
  const isPartitioned = partitionedTables(catalog);
  return catalog.indexes
    .filter((index) => !index.valid || index.ready === false)
    .map(({ id, schema, table, definition, constraint }) =>
      finding("index-invalid", { kind: "index", name: id }, { definition, constraint, partitioned: isPartitioned(schema, table) }),
    );
};
