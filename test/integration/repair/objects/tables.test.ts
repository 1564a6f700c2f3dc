import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

describe("a missing object is created with", { timeout: 60_000 }, () => {
  test.each([
    ["the defaults of a typed table", "create type c as (a integer, b text)", "create table t of c (b with options default 'q' not null)"],
    [
      "the defaults of a partition",
      "create table p (id integer, v integer default 3, w text) partition by list (id)",
      "create table t partition of p (v default 9, w not null) for values in (1)",
    ],
    [
      "the defaults of an inheriting table",
      "create table p (v integer default 3, w text default 'x')",
      "create table t () inherits (p); alter table t alter v set default 9, alter w drop default",
    ],
    ["the options of its TOAST table", "select", "create table t (a text) with (fillfactor = 70, toast.autovacuum_enabled = false)"],
    [
      "the multirange name of a range",
      "select",
      "create type r as range (subtype = float8, multirange_type_name = rs); create table t (a rs)",
    ],
  ])("%s", async (_, common, sql) => {
    expect((await repaired(`${common}; ${sql}`, common)).verdict).toEqual(CONVERGED);
  });

  test("a partition that is partitioned itself", async () => {
    const parent = "create table m (ts integer) partition by range (ts)";
    const { verdict } = await repaired(
      `${parent}; create table m1 partition of m for values from (0) to (9) partition by range (ts); create table m1a partition of m1 for values from (0) to (5)`,
      `${parent}; create table m1 partition of m for values from (0) to (9)`,
    );
    expect(verdict).toEqual(CONVERGED);
  });

  test("different options of a TOAST table are found and set", async () => {
    const { verdict, query } = await repaired(
      "create table t (a text) with (toast.autovacuum_enabled = false)",
      "create table t (a text) with (toast.autovacuum_vacuum_threshold = 9)",
    );
    expect(verdict).toEqual(CONVERGED);
    const found = "select reloptions from pg_class where oid = (select reltoastrelid from pg_class where oid = 't'::regclass)";
    expect(await query(found)).toEqual([{ reloptions: ["autovacuum_enabled=false"] }]);
  });
});
