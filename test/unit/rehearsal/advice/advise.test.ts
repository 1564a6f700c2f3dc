import { expect, test } from "vitest";
import type { Advice } from "../../../../src/rehearsal/advice/advice.ts";
import { advise } from "../../../../src/rehearsal/advice/advise.ts";
import { kindOf } from "../../../../src/rehearsal/sql/kinds.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

function advice(sql: string, major = 17): Advice {
  const tokens = tokensOf(sql);
  return advise({ tokens, kind: kindOf(tokens), names: [], at: undefined }, major);
}

test.each([
  ["create unique index a on t (b)", ["create unique index concurrently a on t (b)"]],
  ["drop index if exists a", ["drop index concurrently if exists a"]],
  ["reindex table t", ["reindex table concurrently t"]],
  [
    "alter table only app.t add constraint c check (b > 0)",
    ["alter table app.t add constraint c check (b > 0) not valid", "alter table app.t validate constraint c"],
  ],
  [
    "alter table t add constraint c foreign key (a) references o (id) on delete cascade",
    ["alter table t add constraint c foreign key (a) references o (id) on delete cascade not valid", "alter table t validate constraint c"],
  ],
  [
    "alter table t add constraint c unique (a, b)",
    ["create unique index concurrently c on t (a, b)", "alter table t add constraint c unique using index c"],
  ],
  ["alter table t detach partition p", ["alter table t detach partition p concurrently"]],
])("has statements in place of %s that can be run", (sql, expected) => {
  expect(advice(sql)).toMatchObject({ sql: expected, isRunnable: true });
});

test("SET NOT NULL is safer with a check before PostgreSQL 18, and with a constraint that is not valid yet from 18 on", () => {
  expect(advice("alter table t alter column c set not null", 17).sql).toEqual([
    "alter table t add constraint c_not_null check (c is not null) not valid",
    "alter table t validate constraint c_not_null",
    "alter table t alter column c set not null",
    "alter table t drop constraint c_not_null",
  ]);
  expect(advice("alter table t alter column c set not null", 18).sql).toEqual([
    "alter table t add constraint c_not_null not null c not valid",
    "alter table t validate constraint c_not_null",
  ]);
});

test.each([
  "vacuum full t",
  "cluster t",
  "update t set a = 1",
  "alter table t alter c type bigint",
  "alter table t set logged",
  "select 1",
])("has no statements that can be run in place of %s", (sql) => {
  expect(advice(sql).isRunnable).toBe(false);
});

test("does not run a part of a statement with several actions, and says that the others are not in the advice", () => {
  const part = advice("alter table t add constraint c check (b > 0), drop column d");
  expect(part.isRunnable).toBe(false);
  expect(part.text).toMatch(/ The other actions of the statement are not in this advice: keep them in a statement of their own\.$/);
  expect(advice("alter table t add constraint c check (b > 0)").text).not.toContain("other actions");
});

test.each([
  ["alter table app.e add column u uuid default gen_random_uuid()", "u is null"],
  ["alter table app.e alter column n type bigint", "n_new is null and (n::bigint) is not null"],
  ["delete from app.e where n < 5", "(n < 5)"],
  ["update app.e set n = 5 where m = 1 or m = 2", "(m = 1 or m = 2) and (n is distinct from (5))"],
])("the batches of %s repeat their condition outside, because partitions share row numbers", (sql, condition) => {
  const batch = advice(sql).sql.find((each) => each.includes("ctid")) ?? "";
  expect(batch).toMatch(/ where .+ and ctid = any /);
  expect(batch.split(condition)).toHaveLength(3);
});

test.each([
  "update t set n = n + 1",
  "update t set n = random()",
  "update t set n = o.n from o",
  "delete from t using o",
  "update t as x set n = 1",
])("has no batches for %s, which could change a row twice or never end", (sql) => {
  expect(advice(sql).sql).toEqual([]);
});

test("a new column that is required becomes so at the end", () => {
  expect(advice("alter table t add column x float not null default random()", 17).sql.slice(3)).toEqual(
    advice("alter table t alter column x set not null", 17).sql,
  );
});

test.each([
  ['alter table app.item add column "Weird Col" timestamptz not null default clock_timestamp()', '"Weird Col_not_null"'],
  ['alter table app.item add column "Sel-2" uuid default gen_random_uuid() not null', '"Sel-2_not_null"'],
  ['alter table app."My Items" add unique (a)', '"My Items_new"'],
  ['alter table "a.b"."c.d" alter column "E e" type bigint', '"a.b"."c.d_E e_new"()'],
])("%s has the name %s in quotes in its advice", (sql, name) => {
  expect(advice(sql, 17).sql.join(";")).toContain(name);
});
