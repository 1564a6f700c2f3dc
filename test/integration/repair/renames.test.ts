// @module-tag proof
import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../mutation/repair.ts";
import { repaired } from "./repaired.ts";

/** Schemas in which one object has another name, with rows, and a query whose result a drop would lose. */
const RENAMED: Readonly<
  Record<string, { readonly expected: string; readonly drift: string; readonly query: string; readonly result: unknown }>
> = {
  "a table with its key, its sequence and a foreign key to it": {
    expected: `create table team (id serial primary key, name text unique); create table person (team integer references team);
      create view teams as select team.id from team`,
    drift: "insert into team (name) values ('a'); insert into person values (1); alter table team rename to team_old",
    query:
      "select t.name, pg_get_serial_sequence('team', 'id') as sequence, 'team_pkey'::regclass::text as key from team t join person on team = id",
    result: [{ name: "a", sequence: "public.team_id_seq", key: "team_pkey" }],
  },
  "a table whose own parts kept the former name": {
    expected: "create table team (id serial primary key, name text unique)",
    drift: `drop table team; create table crew (id serial primary key, name text unique); insert into crew (name) values ('a')`,
    query: "select name, pg_get_serial_sequence('team', 'id') as sequence, 'team_pkey'::regclass::text as key from team",
    result: [{ name: "a", sequence: "public.team_id_seq", key: "team_pkey" }],
  },
  "a table in another schema": {
    expected: "create schema app; create table app.team (id integer primary key, name text)",
    drift: "insert into app.team values (1, 'a'); alter table app.team set schema public; alter table team rename to crew",
    query: "select name from app.team",
    result: [{ name: "a" }],
  },
  "a schema with its tables": {
    expected: "create schema app; create table app.team (id integer primary key, name text); create table app.person (id integer)",
    drift: "insert into app.team values (1, 'a'); alter schema app rename to old",
    query: "select name from app.team",
    result: [{ name: "a" }],
  },
  "a column before another one, in the key of another table too": {
    expected:
      "create table team (id integer primary key, name text not null, note text); create table person (team integer references team)",
    drift: "insert into team values (1, 'a', 'b'); insert into person values (1); alter table team rename column id to number",
    query: "select id, name from team join person on team = id",
    result: [{ id: 1, name: "a" }],
  },
  "an enum, a domain and a composite type in columns": {
    expected: `create type mood as enum ('good', 'bad'); create domain short as text check (length(value) < 9); create type point2 as (x integer, y integer);
      create table t (mood mood not null, short short not null, point point2 not null)`,
    drift: `insert into t values ('good', 'a', row(1, 2)); alter type mood rename to feeling; alter domain short rename to brief; alter type point2 rename to place`,
    query: "select mood::text, short::text, point::text from t",
    result: [{ mood: "good", short: "a", point: "(1,2)" }],
  },
  "a range with its type of several ranges": {
    expected: "create type span as range (subtype = float8); create table t (span span not null, spans span_multirange)",
    drift: `insert into t values ('[1,2)', '{[1,2)}'); alter type span rename to stretch; alter type span_multirange rename to stretches`,
    query: "select span::text, spans::text, pg_typeof(spans)::text as type from t",
    result: [{ span: "[1,2)", spans: "{[1,2)}", type: "span_multirange" }],
  },
  "an attribute of a composite type in a column": {
    expected: "create type point2 as (x integer, y integer); create table t (point point2 not null)",
    drift: "insert into t values (row(1, 2)); alter type point2 rename attribute y to z",
    query: "select (point).y from t",
    result: [{ y: 2 }],
  },
  "a sequence, with its value": {
    expected: "create sequence numbers",
    drift: "select nextval('numbers'), nextval('numbers'); alter sequence numbers rename to counter",
    query: "select nextval('numbers')::integer as next",
    result: [{ next: 3 }],
  },
  "a function that a default calls": {
    expected:
      "create function code() returns text language sql immutable as 'select ''x''::text'; create table t (a integer, code text not null default code())",
    drift: "insert into t values (1); alter function code() rename to letter",
    query: "select code from t",
    result: [{ code: "x" }],
  },
  "a materialized view, without a refresh": {
    expected: "create materialized view one as select random() as number",
    drift: "alter materialized view one rename to two",
    query: "select count(*)::integer from one",
    result: [{ count: 1 }],
  },
};

describe("an object that differs only in its name is renamed", { timeout: 120_000 }, () => {
  test.each(Object.entries(RENAMED))("%s", async (_, { expected, drift, query, result }) => {
    const { verdict, query: ask } = await repaired(expected, expected, drift);
    expect(verdict).toEqual(CONVERGED);
    expect(await ask(query)).toEqual(result);
  });

  test("an index and a constraint keep what they are, and are not built again", async () => {
    const schema = "create table t (a integer constraint positive check (a > 0)); create index by_a on t (a)";
    const { verdict, query } = await repaired(
      schema,
      schema,
      "alter index by_a rename to old; alter table t rename constraint positive to above",
    );
    const created = await repaired(schema, schema);
    expect(verdict).toEqual(CONVERGED);
    const files = "select relfilenode = oid as \"isFirst\" from pg_class where relname = 'by_a'";
    expect(await query(files)).toEqual(await created.query(files));
    expect(await query("select conname from pg_constraint where conrelid = 't'::regclass and contype = 'c'")).toEqual([
      { conname: "positive" },
    ]);
  });
});

describe("an object is not renamed", { timeout: 120_000 }, () => {
  test("when two extra tables are equal to the missing one", async () => {
    const table = "(id integer primary key, name text)";
    const { query } = await repaired(
      `create table a ${table}`,
      `create table b ${table}; create table c ${table}; insert into b values (1, 'b')`,
    );
    expect(await query("select * from a")).toEqual([]);
  });

  test("when its columns differ", async () => {
    const { query } = await repaired(
      "create table a (id integer, name text)",
      "create table b (id integer, title text); insert into b values (1, 'b')",
    );
    expect(await query("select * from a")).toEqual([]);
  });

  test("when it is the last column, because a column that replaces another one looks the same", async () => {
    const { query } = await repaired(
      "create table t (id integer, name text)",
      "create table t (id integer, note text); insert into t values (1, 'a note')",
    );
    expect(await query("select * from t")).toEqual([{ id: 1, name: null }]);
  });
});
