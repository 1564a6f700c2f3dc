import { finding, type Check } from "./check.ts";

/** Indexes that a failed `CREATE INDEX CONCURRENTLY` left behind: kept up to date at every write, never used. */
export const invalid: Check = ({ catalog }) =>
  catalog.indexes
    .filter((index) => !index.valid || index.ready === false)
    .map(({ id, definition, constraint }) => finding("index-invalid", { kind: "index", name: id }, { definition, constraint }));
