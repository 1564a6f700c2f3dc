// @module-tag proof
import { expect, inject, test } from "vitest";
import { CONVERGED, planFor, repair } from "../../mutation/repair.ts";
import { databaseUrl, readSide } from "../../mutation/template.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const FUNCTIONS = `create schema app; create schema lib; create schema unused;
  create function lib.fold(t text) returns text language sql immutable as 'select lower(t)';
  create function unused.other(t text) returns text language sql immutable as 'select t';
  create function app.slug(t text) returns text language plpgsql immutable as 'begin return fold(t); end';`;

/** A schema of the database's own setting, with a function that a repair must not call. */
const OTHERS = `create schema evil; create function evil.lower(t text) returns text language sql immutable as 'select 1 / 0 || t';`;

test("the path of a statement has pg_catalog first and the schemas of its names, and never the setting of the database", async () => {
  const [wanted, drifted] = [await newDatabase("wanted"), await newDatabase("drifted")];
  await withSession(wanted, (session) =>
    session.query(`${FUNCTIONS} ${OTHERS} set search_path = app, lib, public;
      create table public.t (title text, part text generated always as (app.slug(title)) stored)`),
  );
  const name = new URL(drifted).pathname.slice(1);
  await withSession(drifted, async (session) => {
    await session.query(`${FUNCTIONS} ${OTHERS} create table public.t (title text); insert into public.t values ('A')`);
    await session.query(`alter database ${name} set search_path = evil, pg_catalog, public`);
  });
  const side = await withSession(wanted, readSide);
  const { steps } = await withSession(drifted, async (session) => {
    await session.query("begin");
    return (await planFor(session, side)).plan(new Map());
  });
  const [path = ""] = steps.flatMap(({ searchPath }) => searchPath ?? []);
  expect(path).toMatch(/^pg_catalog, /);
  expect(path).toMatch(/\blib\b/);
  expect(path).not.toMatch(/\bunused\b/);
  expect(await repair(side, { serverUrl: inject("serverUrl"), name })).toEqual(CONVERGED);
  expect(await withSession(databaseUrl(inject("serverUrl"), name), (session) => session.query("select part from public.t"))).toEqual([
    { part: "a" },
  ]);
});
