import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

test("a table leaves a parent that goes afterwards", { timeout: 60_000 }, async () => {
  const table = "create table t (id integer not null)";
  const { verdict } = await repaired(table, `${table}; create table parent (id integer not null); alter table t inherit parent`);
  expect(verdict).toEqual(CONVERGED);
});
