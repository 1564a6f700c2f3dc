import { expect, test } from "vitest";
import type { Contents } from "../../../src/catalog/catalog.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import type { Side } from "../../../src/repair/lookup.ts";
import type { Rows } from "../../../src/repair/rows.ts";
import { planRepair, type RepairPlan } from "../../../src/repair/plan.ts";
import { harmless } from "../../../src/repair/script.ts";
import type { Dependency } from "../../../src/repair/source.ts";
import type { View } from "../../../src/catalog/relations.ts";
import { catalogOf, constraint, index, routine, table } from "../../support/catalog.ts";

const EMPTY: Rows = { hasRows: () => false, hasNulls: () => false };

function side(contents: Partial<Contents>, needs: Readonly<Record<string, readonly string[]>> = {}): Side {
  const dependencies = Object.entries(needs).flatMap(([dependent, list]): Dependency[] =>
    list.map((on) => ({ dependent, on, blocks: true })),
  );
  const ids = (contents.routines ?? []).map(({ id }) => [id, `CREATE OR REPLACE FUNCTION ${id}`] as const);
  return {
    catalog: catalogOf(contents),
    source: {
      dependencies,
      routines: new Map(ids),
      names: new Map(),
      extensionBodies: new Map(),
      user: "owner",
      roles: new Set(["owner", "reader"]),
    },
  };
}

function plan(expected: Side, actual: Side, rows = EMPTY): RepairPlan {
  return planRepair(expected, actual, compareCatalogs(expected.catalog, actual.catalog), { rows });
}

function readableBy(role: string): Contents["grants"] {
  return [{ id: "relation app.t", name: "app.t", on: "relation", rights: [`${role}=SELECT`] }];
}

function sql({ steps }: RepairPlan): readonly string[] {
  return steps.map((step) => step.sql);
}

function view(id: string, definition: string, type = "integer"): View {
  const [schema = "", name = ""] = id.split(".");
  return { id, schema, name, owner: "owner", materialized: false, definition, columns: [{ name: "a", type, nullable: true }] };
}

test("objects come after the objects that they need: schema, table, function, then the view that calls it", () => {
  const expected = side(
    {
      tables: [table("app.t", { a: "integer" })],
      routines: [routine("app.f", "integer")],
      views: [view("app.v", " SELECT app.f(t.a) AS a FROM app.t;")],
    },
    { "view app.v": ["column app.t.a", "function app.f(integer)"] },
  );
  const order = sql(plan(expected, side({})));
  const places = ["create schema", "create table", "CREATE OR REPLACE FUNCTION", "create or replace view"].map((start) =>
    order.findIndex((each) => each.includes(start)),
  );
  expect(places).not.toContain(-1);
  expect(places.indexOf(Math.max(...places))).toBe(3);
  expect(places[0]).toBe(0);
});

test("a view is dropped before its column changes its type, and created again after that", () => {
  const text = " SELECT t.a FROM app.t;";
  const needs = { "view app.v": ["column app.t.a"] };
  const expected = side({ tables: [table("app.t", { a: "bigint" })], views: [view("app.v", text)] }, needs);
  const actual = side({ tables: [table("app.t", { a: "integer" })], views: [view("app.v", text)] }, needs);
  const order = sql(plan(expected, actual));
  expect(order.map((each) => /drop view|alter column a type|create or replace view/.exec(each)?.[0])).toEqual([
    "drop view",
    "alter column a type",
    "create or replace view",
  ]);
});

test("a view is dropped because of a column only while the column has its old type, so that a second run keeps the view", () => {
  const needs = { "view app.v": ["column app.t.a"] };
  const views = [view("app.v", " SELECT t.a FROM app.t;")];
  const expected = side({ tables: [table("app.t", { a: "bigint" })], views }, needs);
  const actual = side({ tables: [table("app.t", { a: "integer" })], views }, needs);
  const [drop, retype] = sql(plan(expected, actual));
  for (const each of [drop, retype]) expect(each).toContain("pg_catalog.format_type(atttypid, atttypmod) = 'integer'");
});

test("a wrong overload is dropped, and the right ones are created", () => {
  const expected = side({ routines: [routine("app.f", "a bigint"), routine("app.f", "a text")] });
  const actual = side({ routines: [routine("app.f", "a integer")] });
  expect(sql(plan(expected, actual)).filter((each) => !each.startsWith("revoke") && !each.startsWith("grant"))).toEqual([
    "drop function if exists app.f(integer)",
    "CREATE OR REPLACE FUNCTION app.f(bigint)",
    "CREATE OR REPLACE FUNCTION app.f(text)",
  ]);
});

test("a NOT NULL column without a default is not added to a table with rows, with the reason", () => {
  const expected = side({ tables: [table("app.t", { a: "integer", b: { type: "text", nullable: false } })] });
  const actual = side({ tables: [table("app.t", { a: "integer" })] });
  const full = plan(expected, actual, { ...EMPTY, hasRows: (id) => id === "app.t" });
  expect(full.steps).toEqual([]);
  expect(full.unrepaired).toMatchObject([{ change: { object: "app.t.b" }, reason: expect.stringContaining("backfill") }]);
  expect(sql(plan(expected, actual))).toEqual(["alter table app.t add column if not exists b text not null"]);
});

test("a column does not become NOT NULL if rows have no value in it", () => {
  const expected = side({ tables: [table("app.t", { a: { type: "integer", nullable: false } })] });
  const actual = side({ tables: [table("app.t", { a: "integer" })] });
  const refused = plan(expected, actual, { ...EMPTY, hasNulls: () => true });
  expect(refused).toMatchObject({ steps: [], unrepaired: [{ reason: expect.stringContaining("backfill") }] });
});

test("a check is added as not valid, and validated in a separate step", () => {
  const tables = [table("app.t", { a: "integer" })];
  const expected = side({ tables, constraints: [constraint("app.t.positive", "CHECK ((a > 0))")] });
  const [add, validate] = plan(expected, side({ tables })).steps;
  expect(add?.sql).toContain("add constraint positive CHECK ((a > 0)) not valid");
  expect(validate).toMatchObject({ sql: "alter table app.t validate constraint positive", alone: true, lock: "SHARE UPDATE EXCLUSIVE" });
});

test("an index is built concurrently, except on a new table", () => {
  const tables = [table("app.t", { id: "integer" })];
  const indexes = [index("app.i", "t")];
  expect(plan(side({ tables, indexes }), side({ tables })).steps).toMatchObject([
    { alone: true, sql: expect.stringMatching(/^create index concurrently if not exists/) },
  ]);
  const made = plan(side({ tables, indexes }), side({}));
  expect(made.steps.find(({ kind }) => kind === "index")?.sql).toMatch(/^create index if not exists/);
});

test("dropping a table or a column counts as destructive, dropping a view or an index does not", () => {
  const actual = side({
    tables: [table("app.t", { a: "integer", b: "integer" }), table("app.u", { a: "integer" })],
    indexes: [index("app.i", "t")],
    views: [view("app.v", " SELECT 1 AS a;")],
  });
  const { steps } = plan(side({ tables: [table("app.t", { a: "integer" })] }), actual);
  const losing = steps.filter(({ destructive }) => destructive !== undefined).map(({ sql: text }) => text);
  expect(losing.toSorted()).toEqual(["alter table app.t drop column if exists b", "drop table if exists app.u"]);
});

const range = { id: "app.r", schema: "app", name: "r", owner: "owner", subtype: "numeric", operatorClass: "pg_catalog.numeric_ops" };

test("a range that a column uses is created again while the column is text, which can lose values", () => {
  const tables = [table("app.t", { a: "app.r" })];
  const needs = { "column app.t.a": ["range app.r"] };
  const expected = side({ tables, ranges: [{ ...range, subtype: "integer" }] }, needs);
  const { steps, unrepaired } = plan(expected, side({ tables, ranges: [range] }, needs));
  expect(unrepaired).toEqual([]);
  const changes = steps.map(({ sql: text, destructive }) => [/alter table.*|drop type.*|create type.*/.exec(text)?.[0], destructive]);
  expect(changes.filter(([text]) => text !== undefined)).toEqual([
    ["alter table app.t alter column a drop default, alter column a type text using a::text;", undefined],
    ["drop type if exists app.r;", undefined],
    ["create type app.r as range (subtype = integer, subtype_opclass = pg_catalog.numeric_ops);", undefined],
    ["alter table app.t alter column a type app.r using a::app.r;", "the change from numeric to integer can cut values or fail on some"],
  ]);
});

test("a range in a composite type that a column uses is not created again, and the reason names the type", () => {
  const composite = { id: "app.c", schema: "app", name: "c", owner: "owner", attributes: [{ name: "a", type: "app.r" }] };
  const parts = { tables: [table("app.t", { a: "app.c" })], composites: [composite] };
  const needs = { "column app.t.a": ["composite app.c"], "composite app.c": ["range app.r"] };
  const expected = side({ ...parts, ranges: [{ ...range, subtype: "integer" }] }, needs);
  const { steps, unrepaired } = plan(expected, side({ ...parts, ranges: [range] }, needs));
  expect(steps).toEqual([]);
  expect(unrepaired).toMatchObject([
    {
      reason:
        "composite app.c needs the range app.r, which must be dropped and created again. By hand: create the type under another name, convert with `alter table … alter column … type … using …`, drop it and rename the new one",
    },
  ]);
});

test("a grant to a role that does not exist on the server is not repaired", () => {
  const tables = [table("app.t", { a: "integer" })];
  expect(sql(plan(side({ tables, grants: readableBy("reader") }), side({ tables })))).toEqual(["grant select on table app.t to reader"]);
  expect(plan(side({ tables, grants: readableBy("stranger") }), side({ tables })).unrepaired).toMatchObject([
    { reason: "the role stranger does not exist on this server" },
  ]);
});

test("changes that a trial refused are left out, with the reason", () => {
  const expected = side({ tables: [table("app.t", { a: "integer", b: "integer" })] });
  const actual = side({ tables: [table("app.t", {})] });
  const changes = compareCatalogs(expected.catalog, actual.catalog);
  const { steps, unrepaired } = planRepair(expected, actual, changes, { rows: EMPTY, refused: new Map([["column app.t.a", "it fails"]]) });
  expect(steps.map(({ object }) => object)).toEqual(["app.t.b"]);
  expect(unrepaired).toMatchObject([{ change: { object: "app.t.a" }, reason: "it fails" }]);
});

test("a view that uses an extra table is repaired even if the drop of the table is not allowed", () => {
  const expected = side(
    { tables: [table("app.t", { a: "integer" })], views: [view("app.v", " SELECT t.a FROM app.t;")] },
    { "view app.v": ["table app.t"] },
  );
  const tables = [table("app.t", { a: "integer" }), table("app.old", { a: "integer" })];
  const actual = side({ tables, views: [view("app.v", " SELECT old.a FROM app.old;")] }, { "view app.v": ["table app.old"] });
  const running = harmless(plan(expected, actual).steps).map(({ kind }) => kind);
  expect(running).toEqual(["view", "view"]);
});

test.each(["a separate", "its serial"])(
  "a default that its column loses is dropped once, before %s sequence, whose steps lose data",
  (which) => {
    const sequence = { id: "app.s", schema: "app", name: "s", owner: "owner", type: "integer", start: "1", increment: "1", min: "1" };
    const owned = which === "its serial" ? { ownedBy: "app.t.a" } : {};
    const sequences = [{ ...sequence, max: "9", cache: "1", cycle: false, ...owned }];
    const expected = side({ tables: [table("app.t", { a: "integer" })] });
    const actual = side(
      { tables: [table("app.t", { a: { type: "integer", default: "nextval('app.s'::regclass)" } })], sequences },
      { "default app.t.a": ["sequence app.s"], ...(which === "its serial" ? { "sequence app.s": ["column app.t.a"] } : {}) },
    );
    const planned = plan(expected, actual);
    expect(sql(planned)).toEqual(["alter table app.t alter column a drop default", "drop sequence if exists app.s"]);
    expect(harmless(planned.steps).map((step) => step.sql)).toEqual(["alter table app.t alter column a drop default"]);
  },
);
