import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../mutation/repair.ts";
import { repaired } from "./repaired.ts";

describe("what is made anew keeps what belongs to it", { timeout: 60_000 }, () => {
  test("a function of several arguments its comment", async () => {
    const made = (
      result: string,
    ): string => `create function f(a integer, b text) returns ${result} language sql as 'select null::${result}';
      comment on function f(integer, text) is 'why'`;
    const { verdict, ask } = await repaired(made("text"), made("date"));
    expect(verdict).toEqual(CONVERGED);
    expect(await ask("select obj_description('f(integer, text)'::regprocedure) as why")).toEqual([{ why: "why" }]);
  });

  test("a view the rights to its columns", async () => {
    const made = (type: string): string => `create table t (id ${type}); create view v as select id from t;
      grant select (id) on v to pg_monitor`;
    const { verdict, ask } = await repaired(made("bigint"), made("integer"));
    expect(verdict).toEqual(CONVERGED);
    expect(await ask("select has_column_privilege('pg_monitor', 'v', 'id', 'select') as may")).toEqual([{ may: true }]);
  });
});
