// @module-tag proof
import { describe, expect, test } from "vitest";
import { CONVERGED } from "../../../mutation/repair.ts";
import { repaired } from "../repaired.ts";

const ENUM = (labels: string): string => `create type mood as enum (${labels});
  create type person as (age integer, mood mood, moods mood[]); create type pair as (one person, other person);`;

/** Types inside composite types: the schema with the wanted type, the schema with the other one, and rows that must be kept. */
const CASES: Readonly<
  Record<string, { readonly schema: (type: string) => string; readonly rows?: string; readonly query?: string; readonly result?: unknown }>
> = {
  "an attribute of a type that no column uses": { schema: (type) => `create type place as (x ${type}, y text)` },
  "an attribute of the type of a typed table": {
    schema: (type) => `create type place as (x ${type}, y text); create table places of place`,
    rows: "insert into places values (1, 'a')",
    query: "select x::text, y from places",
    result: [{ x: "1", y: "a" }],
  },
  "an attribute of a type that columns use, with a default, a view and an index": {
    schema: (type) => `create type place as (x ${type}, y text); create table t (place place not null default row(1, 'b'), places place[]);
      create view shown as select (place).x from t; create index by_place on t (place)`,
    rows: "insert into t (places) values (array[row(2, 'say \"c\"')::place])",
    query: "select (place).x::text as one, (places[1]).x::text as two, (places[1]).y as text from t",
    result: [{ one: "1", two: "2", text: 'say "c"' }],
  },
};

describe("a type inside a composite type is changed", { timeout: 60_000 }, () => {
  test.each(Object.entries(CASES))("%s", async (_, { schema, rows, query = "select 1 as one", result = [{ one: 1 }] }) => {
    const { verdict, query: ask } = await repaired(schema("bigint"), schema("integer"), rows ?? "");
    expect(verdict).toEqual(CONVERGED);
    expect(await ask(query)).toEqual(result);
  });

  test("an enum that loses a label, in a composite type in another one that a column uses", async () => {
    const tables = "create table t (pair pair, mood mood default 'good'); create view shown as select pair from t";
    const { verdict, query } = await repaired(
      `${ENUM("'good', 'bad'")} ${tables}`,
      `${ENUM("'good', 'odd', 'bad'")} ${tables}; insert into t values (row(row(1, 'good', '{bad}'), null), 'bad')`,
    );
    expect(verdict).toEqual(CONVERGED);
    expect(await query("select pair::text, mood::text from t")).toEqual([{ pair: '("(1,good,{bad})",)', mood: "bad" }]);
  });

  test("the change is refused by Postgres and reported when a check needs the column's type", async () => {
    const table = "create table t (place place check ((place).x > 0))";
    const { verdict } = await repaired(`create type place as (x bigint); ${table}`, `create type place as (x integer); ${table}`);
    expect(verdict).toMatchObject({
      kind: "reported",
      why: [expect.stringMatching(/^different composite public\.place: its repair failed on a copy: /)],
    });
  });
});
