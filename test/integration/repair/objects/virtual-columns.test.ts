// @module-tag proof
import { beforeAll, describe, expect, inject, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { withSession } from "../../../support/session.ts";
import { repaired } from "../repaired.ts";

const table = (factor: number, more: string): string =>
  `create table t (id integer, k integer, v integer generated always as (k * ${factor}) virtual) partition by range (k);
  create table p partition of t for values from (1) to (5); create view w as select v from t; ${more}`;

/** Since PostgreSQL 18. */
let hasVirtual = false;

beforeAll(async () => {
  const [row] = await withSession(inject("serverUrl"), (session) => session.query<{ v: string }>("show server_version_num"));
  hasVirtual = Number(Object.values(row ?? {})[0]) >= 180_000;
});

describe("a virtual column gets another expression", { timeout: 60_000 }, () => {
  test.for<readonly [string, string]>([
    ["in a table without checks", "select"],
    ["in a table with a check", "alter table t add check (k > 0)"],
    ["in a table with a partition that has a check", "alter table p add check (k < 9)"],
    ["in a table that is published", "create publication c for table t"],
    ["in a table with a partition that is published", "create publication c for table p"],
  ])("%s", async ([, more], { skip }) => {
    if (!hasVirtual) skip("PostgreSQL before 18 has no virtual columns");
    const { verdict, query } = await repaired(table(2, more), table(3, more), "insert into t (id, k) values (1, 2)");
    expect(verdict).toEqual(CONVERGED);
    expect(await query("select v from w")).toEqual([{ v: 4 }]);
  });
});
