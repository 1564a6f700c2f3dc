// @module-tag proof
import { readFile } from "node:fs/promises";
import { beforeAll, expect, inject, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { DEFAULT_NORMALISATIONS } from "../../../src/drift/normalise/normalisations.ts";
import type { Side } from "../../../src/repair/lookup.ts";
import { planRepair } from "../../../src/repair/plan.ts";
import { tryTwice } from "../../../src/repair/prove.ts";
import { readRepairSource } from "../../../src/repair/source.ts";
import { withSession } from "../../support/session.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { diverseDatabase } from "../../support/diverse.ts";
import { newDatabase } from "../../support/new-database.ts";

const NO_ROWS = { hasRows: () => false, hasNulls: () => false };

/** Objects that cannot be repaired, because the options of foreign servers are not read. */
const FOREIGN = ["app.remote", "far"];

const name = `whole_${Math.random().toString(36).slice(2, 10)}`;
let whole: string;

beforeAll(async () => {
  await diverseDatabase(inject("serverUrl"), name);
  whole = withDatabase(inject("serverUrl"), name);
  const more = await readFile(new URL("../../fixtures/diverse-more.sql", import.meta.url), "utf8");
  await withSession(whole, (session) => session.query(more));
});

/** A copy of the template; default: an empty database. */
const database = (template?: string): Promise<string> => newDatabase("whole", template === undefined ? {} : { template });

function sideOf(url: string): Promise<Side> {
  return withSession(url, async (session) => ({ catalog: await readCatalog(session), source: await readRepairSource(session) }));
}

function aViewOver(type: string): string {
  return `create schema app; create table app.t (a ${type}); create view app.v as select a from app.t`;
}

async function repaired(expectedUrl: string, actualUrl: string) {
  const [expected, actual] = [await sideOf(expectedUrl), await sideOf(actualUrl)];
  const { steps, unrepaired } = planRepair(expected, actual, compareCatalogs(expected.catalog, actual.catalog), { rows: NO_ROWS });
  const trial = await tryTwice(actualUrl, steps, { expected: expected.catalog, normalisations: DEFAULT_NORMALISATIONS });
  return {
    failed: trial.failed,
    left: trial.remaining.map(({ object }) => object),
    again: trial.changedAgain,
    unrepaired: unrepaired.map(({ change }) => change.object),
  };
}

test("a schema with every kind of object is created from nothing, and a second run changes nothing", async () => {
  // The foreign server comes before its table, because it is why the table cannot be created.
  expect(await repaired(whole, await database())).toEqual({
    failed: undefined,
    left: FOREIGN,
    again: [],
    unrepaired: FOREIGN.toReversed(),
  });
});

test("a schema with every kind of object is dropped completely", async () => {
  expect(await repaired(await database(), await database(name))).toEqual({ failed: undefined, left: [], again: [], unrepaired: [] });
});

test("the comment and grants of a view that are not compared are restored when the view is created again", async () => {
  const texts = "select obj_description('app.v'::regclass) as comment, has_table_privilege('public', 'app.v', 'select') as open";
  const [expectedUrl, actualUrl] = [await database(), await database()];
  await withSession(expectedUrl, (session) => session.query(aViewOver("bigint")));
  await withSession(actualUrl, (session) =>
    session.query(`${aViewOver("integer")}; comment on view app.v is 'mine'; grant select on app.v to public`),
  );
  const [expected, actual] = [await sideOf(expectedUrl), await sideOf(actualUrl)];
  const normalisations = { ...DEFAULT_NORMALISATIONS, comments: true, grants: true };
  const changes = compareCatalogs(expected.catalog, actual.catalog, normalisations);
  const { steps } = planRepair(expected, actual, changes, { rows: NO_ROWS, normalisations });
  expect(await tryTwice(actualUrl, steps, { expected: expected.catalog, normalisations })).toEqual({ remaining: [], changedAgain: [] });
  expect(await withSession(actualUrl, (session) => session.query(texts))).toEqual([{ comment: "mine", open: true }]);
});

/** Changes that other objects block, or that a second run could undo. */
const HARD: Readonly<Record<string, string>> = {
  "a dropped column with all its dependents": "alter table app.users drop column name cascade",
  "a dropped table that other tables reference": "drop table app.users cascade",
  "a renamed table": "alter table app.users rename to people",
  "dropped functions that a default, a check and a policy call":
    "drop function app.is_short cascade; drop function app.default_title cascade",
  "a function with a renamed argument, without its callers":
    "drop function app.is_short cascade; create function app.is_short(text text) returns boolean language sql immutable as 'select length(text) < 100'",
  "a function with another return type":
    "drop function app.total(bigint); create function app.total(p_user bigint) returns text language sql as $$select ''$$",
  "a procedure in place of a function": "drop function app.add; create procedure app.add(a integer, b integer) language sql as 'select 1'",
  "an enum with a label renamed": "alter type app.mood rename value 'ok' to 'fine'",
  "an enum with a surplus label that a view, a policy and an index use": "alter type app.visibility add value 'nobody' before 'team'",
  "an enum that must be created again, with its grants and its comment":
    "alter type app.visibility add value 'nobody' before 'team'; alter type app.visibility rename value 'hidden' to 'last'",
  "an enum that was dropped with its columns": "drop type app.visibility cascade",
  "a domain without its check and default":
    "alter domain app.positive drop constraint positive_check; alter domain app.positive drop default",
  "a composite type with a surplus attribute": "alter type app.address add attribute country text",
  "a materialized view instead of a view":
    "drop view app.happy_users; create materialized view app.happy_users as select id, email, mood from app.users",
  "a view instead of a table": "drop table app.cache; create view app.cache as select 1 as key",
  "dropped views on views": "drop view app.note_titles cascade",
  "a wider column under a view":
    "drop view app.team_sizes; alter table app.teams drop column title cascade; alter table app.teams add column title text not null",
  "a generated column with another expression":
    "alter table app.users drop column short_name; alter table app.users add column short_name text generated always as (upper(name)) stored",
  "a plain column instead of a generated one": "alter table app.users alter column short_name drop expression",
  "a missing identity": "alter table app.users alter column id drop identity",
  "a sequence without an owning column": "alter sequence app.teams_id_seq owned by none",
  "a serial without its sequence": "drop sequence app.teams_id_seq cascade",
  "a detached partition": "alter table app.events detach partition app.events_2025",
  "a missing partition with its own partition": "drop table app.measures_north",
  "a primary key that foreign keys need": "alter table app.users drop constraint users_pkey cascade",
  "a constraint of another kind":
    "alter table app.users drop constraint users_age_check; alter table app.users add constraint users_age_check unique (age)",
  "a check that must not be validated": "alter table app.members validate constraint members_role_check",
  "an invalid index": "update pg_index set indisvalid = false where indexrelid = 'app.users_created'::regclass",
  "a missing extension with everything that uses it": "drop extension citext cascade",
  "a missing schema with everything in it": "drop schema billing cascade",
  "grants on a column and to public": "revoke update (name) on app.users from public; revoke usage on schema app from public",
  "default privileges that new objects would get":
    "alter default privileges in schema app grant all on tables to public; drop view app.team_sizes",
  "a publication of other tables": "alter publication changes set table app.teams",
  "disabled row security": "alter table billing.invoices no force row level security; alter table app.users disable row level security",
};

test.for(Object.entries(HARD))("repairs %s", async ([, sql]) => {
  const url = await database(name);
  await withSession(url, (session) => session.query(sql));
  expect(await repaired(whole, url)).toEqual({ failed: undefined, left: [], again: [], unrepaired: [] });
});
