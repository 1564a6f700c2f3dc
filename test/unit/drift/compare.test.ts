import { expect, test } from "vitest";
import type { Publication } from "../../../src/catalog/replication.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { catalogOf } from "../../support/catalog.ts";

const publication = (tables: readonly string[], schemas: readonly string[]): Publication => ({
  id: "p",
  name: "p",
  owner: "owner",
  allTables: false,
  tables,
  schemas,
  operations: ["insert"],
  viaRoot: false,
});

test("an empty list is none", () => {
  const [expected, actual] = [publication([], ["x"]), publication(["public.u"], [])].map((one) => catalogOf({ publications: [one] }));
  if (expected === undefined || actual === undefined) throw new Error("no catalogs");
  expect(compareCatalogs(expected, actual).map(({ detail }) => detail)).toEqual([
    "tables: none expected, public.u found; schemas: x expected, none found",
  ]);
});
