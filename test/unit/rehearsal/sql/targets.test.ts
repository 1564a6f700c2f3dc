import { expect, test } from "vitest";
import { targetsOf } from "../../../../src/rehearsal/sql/targets.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

test.each([
  ["alter table only app.orders add column index int", [["app", "orders"]]],
  ['alter table "T" drop column a', [["T"]]],
  ["alter index t_a rename to t_b", [["t_a"]]],
  ["create unique index concurrently x on only app.t using btree (status)", [["app", "t"]]],
  ["create index on t (a)", [["t"]]],
  ["drop index concurrently app.t_a", [["app", "t_a"]]],
  ["vacuum t", [["t"]]],
  ["vacuum (analyze, parallel 2) a, app.b", [["a"], ["app", "b"]]],
  ["vacuum full verbose t", [["t"]]],
  ["reindex (verbose) table concurrently t", [["t"]]],
  ["refresh materialized view concurrently mv", [["mv"]]],
  ["vacuum", []],
  ["create index if not exists x on t (a)", []],
  ["alter table if exists t add column b int", []],
  ["grant select on t to public", []],
  ["comment on table t is 'x'", []],
])("%s locks what it names", (sql, targets) => {
  expect(targetsOf(tokensOf(sql))).toEqual(targets);
});
