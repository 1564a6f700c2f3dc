import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

test("a materialized view that was filled is filled when it is made anew", { timeout: 60_000 }, async () => {
  const table = "create table t (a integer, b integer)";
  const { verdict, ask } = await repaired(
    `${table}; create materialized view v as select a, b from t with no data`,
    `${table}; insert into t values (1, 2); create materialized view v as select a from t`,
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await ask("select * from v")).toEqual([{ a: 1, b: 2 }]);
});
