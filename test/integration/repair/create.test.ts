import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../mutation/repair.ts";
import { repaired } from "./repaired.ts";

const commented = (
  result: string,
): string => `create function f(a integer, b text) returns ${result} language sql as 'select null::${result}';
  comment on function f(integer, text) is 'why'`;

const granted = (type: string): string => `create table t (id ${type}); create view v as select id from t;
  grant select (id) on v to pg_monitor`;

describe("an object that is created again keeps its parts", { timeout: 60_000 }, () => {
  test("a function with several arguments keeps its comment", async () => {
    const { verdict, query } = await repaired(commented("text"), commented("date"));
    expect(verdict).toEqual(CONVERGED);
    expect(await query("select obj_description('f(integer, text)'::regprocedure) as why")).toEqual([{ why: "why" }]);
  });

  test("a view keeps the grants on its columns", async () => {
    const { verdict, query } = await repaired(granted("bigint"), granted("integer"));
    expect(verdict).toEqual(CONVERGED);
    expect(await query("select has_column_privilege('pg_monitor', 'v', 'id', 'select') as may")).toEqual([{ may: true }]);
  });
});
