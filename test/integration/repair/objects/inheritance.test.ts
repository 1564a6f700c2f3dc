import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

test("a parent is removed from a table before the parent is dropped", { timeout: 60_000 }, async () => {
  const table = "create table t (id integer not null)";
  const { verdict } = await repaired(table, `${table}; create table parent (id integer not null); alter table t inherit parent`);
  expect(verdict).toEqual(CONVERGED);
});
