import { readFile } from "node:fs/promises";
import { beforeAll, expect, inject, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import { DEFAULT_NORMALISATIONS } from "../../../src/drift/normalise/normalisations.ts";
import type { Side } from "../../../src/repair/lookup.ts";
import { planRepair } from "../../../src/repair/plan.ts";
import { tryTwice } from "../../../src/repair/prove.ts";
import { readRepairSource } from "../../../src/repair/source.ts";
import { withSession } from "../../../src/postgres/connect.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { diverseDatabase } from "../../support/diverse.ts";

const NO_ROWS = { hasRows: () => false, hasNulls: () => false };

/** What hangs on a foreign server, whose options are not read. */
const FOREIGN = ["app.remote", "far"];

const name = `whole_${Math.random().toString(36).slice(2, 10)}`;
let whole: string;

beforeAll(async () => {
  await diverseDatabase(inject("serverUrl"), name);
  whole = withDatabase(inject("serverUrl"), name);
  const more = await readFile(new URL("../../fixtures/diverse-more.sql", import.meta.url), "utf8");
  await withSession(whole, (session) => session.query(more));
});

/** A database like this one, or an empty one. */
async function database(template = "template1"): Promise<string> {
  const copy = `whole_${Math.random().toString(36).slice(2, 10)}`;
  await withSession(inject("serverUrl"), (session) => session.query(`create database ${copy} template ${template}`));
  return withDatabase(inject("serverUrl"), copy);
}

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

test("a schema with one of everything is made from nothing, and not touched by a second run", async () => {
  expect(await repaired(whole, await database())).toEqual({ failed: undefined, left: FOREIGN, again: [], unrepaired: FOREIGN });
});

test("and taken down to nothing", async () => {
  expect(await repaired(await database(), await database(name))).toEqual({ failed: undefined, left: [], again: [], unrepaired: [] });
});

test("what is not compared and goes with a view that has to go comes back as it was", async () => {
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
  expect(await tryTwice(actualUrl, steps, { expected: expected.catalog, normalisations })).toEqual({ left: [], again: [] });
  expect(await withSession(actualUrl, (session) => session.query(texts))).toEqual([{ comment: "mine", open: true }]);
});

/** Changes that other objects are in the way of, or that a second run could undo. */
const HARD: Readonly<Record<string, string>> = {
  "a column with all that hangs on it": "alter table app.users drop column name cascade",
  "a table that others refer to": "drop table app.users cascade",
  "a table by another name": "alter table app.users rename to people",
  "a function that a default, a check and a policy call": "drop function app.is_short cascade; drop function app.default_title cascade",
  "a function whose argument has another name, with its callers gone":
    "drop function app.is_short cascade; create function app.is_short(text text) returns boolean language sql immutable as 'select length(text) < 100'",
  "a function that returns something else":
    "drop function app.total(bigint); create function app.total(p_user bigint) returns text language sql as $$select ''$$",
  "a procedure in place of a function": "drop function app.add; create procedure app.add(a integer, b integer) language sql as 'select 1'",
  "an enum with a label renamed": "alter type app.mood rename value 'ok' to 'fine'",
  "an enum with a label too many, in use by a view, a policy and an index": "alter type app.visibility add value 'nobody' before 'team'",
  "an enum that has to be made anew, with its rights and its comment":
    "alter type app.visibility add value 'nobody' before 'team'; alter type app.visibility rename value 'hidden' to 'last'",
  "an enum that is gone with its columns": "drop type app.visibility cascade",
  "a domain without its check and default":
    "alter domain app.positive drop constraint positive_check; alter domain app.positive drop default",
  "a composite with an attribute too many": "alter type app.address add attribute country text",
  "a view that is a materialized view":
    "drop view app.happy_users; create materialized view app.happy_users as select id, email, mood from app.users",
  "a view where a table should be": "drop table app.cache; create view app.cache as select 1 as key",
  "views on views": "drop view app.note_titles cascade",
  "a wider column under a view":
    "drop view app.team_sizes; alter table app.teams drop column title cascade; alter table app.teams add column title text not null",
  "a generated column with another expression":
    "alter table app.users drop column short_name; alter table app.users add column short_name text generated always as (upper(name)) stored",
  "a generated column that is a plain one": "alter table app.users alter column short_name drop expression",
  "an identity that is gone": "alter table app.users alter column id drop identity",
  "a sequence that nobody owns": "alter sequence app.teams_id_seq owned by none",
  "a serial without its sequence": "drop sequence app.teams_id_seq cascade",
  "a partition that is detached": "alter table app.events detach partition app.events_2025",
  "a partition that is gone, with its own partition": "drop table app.measures_north",
  "a primary key that foreign keys need": "alter table app.users drop constraint users_pkey cascade",
  "a constraint of another kind":
    "alter table app.users drop constraint users_age_check; alter table app.users add constraint users_age_check unique (age)",
  "a check that is validated": "alter table app.members validate constraint members_role_check",
  "an index that is not valid": "update pg_index set indisvalid = false where indexrelid = 'app.users_created'::regclass",
  "an extension with all that uses it": "drop extension citext cascade",
  "a schema with all that is in it": "drop schema billing cascade",
  "rights of a column and of everybody": "revoke update (name) on app.users from public; revoke usage on schema app from public",
  "default rights that new objects would get":
    "alter default privileges in schema app grant all on tables to public; drop view app.team_sizes",
  "a publication of other tables": "alter publication changes set table app.teams",
  "a row security that is off":
    "alter table billing.invoices no force row level security; alter table app.users disable row level security",
};

test.for(Object.entries(HARD))("%s", async ([, sql]) => {
  const url = await database(name);
  await withSession(url, (session) => session.query(sql));
  expect(await repaired(whole, url)).toEqual({ failed: undefined, left: [], again: [], unrepaired: [] });
});
