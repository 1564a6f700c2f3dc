import type { Catalog } from "../../catalog/catalog.ts";

/** Both catalogs. This file is separate so that the normalisations and their list do not import each other. */
export type Pair = readonly [expected: Catalog, actual: Catalog];

/** A normalisation that changes each catalog by itself. */
export function each(change: (catalog: Catalog) => Catalog): (pair: Pair) => Pair {
  return ([expected, actual]) => [change(expected), change(actual)];
}
