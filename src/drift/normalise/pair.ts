import type { Catalog } from "../../catalog/catalog.ts";

/** The expected catalog and the actual one. */
export type Pair = readonly [expected: Catalog, actual: Catalog];
