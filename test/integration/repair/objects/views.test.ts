import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

test("a materialized view with data has data after it was created again", { timeout: 60_000 }, async () => {
  const table = "create table t (a integer, b integer)";
  const { verdict, query } = await repaired(
    `${table}; create materialized view v as select a, b from t with no data`,
    `${table}; insert into t values (1, 2); create materialized view v as select a from t`,
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await query("select * from v")).toEqual([{ a: 1, b: 2 }]);
});
