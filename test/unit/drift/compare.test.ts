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

test.each([
  [{}, "bigint"],
  [
    { increment: "5", start: "10", min: "3", max: "100", cache: "7", cycle: true },
    "bigint increment by 5 minvalue 3 maxvalue 100 start with 10 cache 7 cycle",
  ],
  [{ type: "integer", max: "2147483647" }, "integer"],
  [{ increment: "-1", start: "-1", min: "-9223372036854775808", max: "-1" }, "bigint increment by -1"],
])("a new sequence has its options that are not the defaults: %j", (options, detail) => {
  const usual = { type: "bigint", start: "1", increment: "1", min: "1", max: "9223372036854775807", cache: "1", cycle: false };
  const sequence = { id: "public.s", schema: "public", name: "s", owner: "owner", ...usual, ...options };
  const changes = compareCatalogs(catalogOf({}), catalogOf({ sequences: [sequence] }));
  expect(changes.flatMap((change) => (change.kind === "sequence" ? [change.detail] : []))).toEqual([detail]);
});
