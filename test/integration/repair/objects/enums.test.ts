// @module-tag proof
import { expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const schema = (labels: string, initial: string): string =>
  `create type mood as enum (${labels}); create table t (id integer, mood mood default ${initial}, moods mood[] default array[${initial}]::mood[])`;

test("a label is removed that is the old default of a column", { timeout: 60_000 }, async () => {
  const { verdict, query } = await repaired(
    schema("'good', 'bad'", "'bad'"),
    schema("'bad', 'odd', 'good'", "'odd'"),
    "insert into t values (1, 'good', '{good,bad}')",
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await query("insert into t values (2); select id, mood, moods::text from t order by id")).toEqual([
    { id: 1, mood: "good", moods: "{good,bad}" },
    { id: 2, mood: "bad", moods: "{bad}" },
  ]);
});

/** The expected database lacks the label `odd`, which no row has. */
const LABELS = ["'bad', 'good'", "'bad', 'odd', 'good'"] as const;
const both = (rest: string): readonly [string, string] => [
  `create type mood as enum (${LABELS[0]}); ${rest}`,
  `create type mood as enum (${LABELS[1]}); ${rest}`,
];

test(
  "an enum inside domains changes, and their columns keep rows, defaults, indexes, checks, grants and comments",
  { timeout: 60_000 },
  async () => {
    const { verdict, query } = await repaired(
      ...both(`create domain feeling as mood default 'good'; create domain checked as mood check (value <> 'bad'); create table small (one checked not null default 'good'); comment on domain feeling is 'x';
      create domain many as feeling[]; create domain inner_feeling as feeling not null;
      create function shown(feeling) returns text language sql immutable as 'select $1::text';
      create table t (id integer primary key, one feeling default 'good'::feeling, more many, two inner_feeling check (two::mood <> 'bad'::mood),
        is_good boolean generated always as (one::mood = 'good'::mood) stored);
      comment on column t.one is 'y'; create index by_one on t (one) where one::mood = 'good'::mood; create view v as select shown(one) from t;
      create table parent (id integer, one feeling); create table child () inherits (parent); create table parts (id integer, one feeling) partition by list (id);
      create table part_1 partition of parts for values in (1)`),
      "insert into t values (1, 'good', '{good}', 'good'), (2, null, null, 'good'); insert into child values (3, 'good'); insert into parts values (1, 'good'); insert into small values ('good')",
    );
    expect(verdict).toEqual(CONVERGED);
    expect(await query("insert into t (id, two) values (4, 'good'); select id, one, more::text, two, is_good from t order by id")).toEqual([
      { id: 1, one: "good", more: "{good}", two: "good", is_good: true },
      { id: 2, one: null, more: null, two: "good", is_good: null },
      { id: 4, one: "good", more: null, two: "good", is_good: true },
    ]);
    expect(await query("select one from parts union all select one from parent")).toEqual([{ one: "good" }, { one: "good" }]);
  },
);

test("an enum inside a range changes, and the columns of the range and its multirange keep their rows", { timeout: 60_000 }, async () => {
  const { verdict, query } = await repaired(
    ...both(`create type span as range (subtype = mood, multirange_type_name = spans);
      create table t (one span, more spans default '{[bad,good]}', exclude using gist (one with &&))`),
    "insert into t values ('[bad,good)')",
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await query("select one::text, more::text from t")).toEqual([{ one: "[bad,good)", more: "{[bad,good]}" }]);
});

test("an enum in a key and its foreign key, and in a foreign table, changes", { timeout: 60_000 }, async () => {
  const { verdict, query } = await repaired(
    ...both(`create table moods (mood mood primary key); create table people (mood mood references moods on delete cascade);
      create foreign data wrapper w; create server s foreign data wrapper w; create foreign table far (mood mood, moods mood[]) server s`),
    "insert into moods values ('good'); insert into people values ('good')",
  );
  expect(verdict).toEqual(CONVERGED);
  expect(await query("select mood from people")).toEqual([{ mood: "good" }]);
});

test(
  "a domain gets another type while columns use it, and a type that is too short counts as a loss of data",
  { timeout: 60_000 },
  async () => {
    const table = "create table t (id integer, name name_text, names name_text[])";
    const { verdict, query } = await repaired(
      `create domain name_text as text; ${table}`,
      `create domain name_text as varchar(5); ${table}`,
      "insert into t values (1, 'abc', '{d,e}')",
    );
    expect(verdict).toEqual(CONVERGED);
    expect(await query("select name, names::text from t")).toEqual([{ name: "abc", names: "{d,e}" }]);
  },
);

test("an enum in a partition key is reported with the server's reason", { timeout: 60_000 }, async () => {
  const { verdict } = await repaired(...both("create table t (mood mood) partition by list (mood)"));
  expect(verdict).toMatchObject({ kind: "reported", why: [expect.stringContaining("part of the partition key")] });
});
