import { expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../src/drift/compare.ts";
import type { Rows } from "../../../src/repair/rows.ts";
import { readRows } from "../../../src/repair/rows.ts";
import { withSession } from "../../support/session.ts";
import { newDatabase } from "../../support/new-database.ts";

/** The rows of a database, as a role with this name can see them. */
async function rowsSeenBy(role: string, prepare: string): Promise<Rows> {
  const expected = await withSession(await newDatabase("rows_wanted"), async (session) => {
    await session.query("create table t (a int not null, b int not null)");
    return readCatalog(session);
  });
  return withSession(await newDatabase("rows_found"), async (session) => {
    await session.query(`create table t (a int); ${prepare}`);
    await session.query(`do $$ begin create role ${role}; exception when duplicate_object then null; end $$`);
    await session.query(`set role ${role}`);
    const actual = await readCatalog(session);
    return readRows(session, expected, actual, compareCatalogs(expected, actual));
  });
}

test("a table that the role must not read counts as one with rows", async () => {
  const rows = await rowsSeenBy("rows_blind", "");
  expect([rows.hasRows("public.t"), rows.hasNulls("public.t.a")]).toEqual([true, true]);
});

test("a table with policies that can hide rows counts as one with rows", async () => {
  const policies = "grant select on t to public; alter table t enable row level security; insert into t values (null)";
  const rows = await rowsSeenBy("rows_blind", policies);
  expect([rows.hasRows("public.t"), rows.hasNulls("public.t.a")]).toEqual([true, true]);
});

test("a table that the role must not read changes nothing about the others that are read with it", async () => {
  const columns = "(a int not null, b int not null)";
  const expected = await withSession(await newDatabase("rows_wanted"), async (session) => {
    await session.query(`create table blind ${columns}; create table empty ${columns}; create table full_ ${columns}`);
    return readCatalog(session);
  });
  const rows = await withSession(await newDatabase("rows_found"), async (session) => {
    await session.query("create table blind (a int); create table empty (a int); create table full_ (a int); insert into full_ values (1)");
    await session.query("do $$ begin create role rows_half_blind; exception when duplicate_object then null; end $$");
    await session.query("grant select on empty, full_ to rows_half_blind; set role rows_half_blind");
    const actual = await readCatalog(session);
    return readRows(session, expected, actual, compareCatalogs(expected, actual));
  });
  expect(["blind", "empty", "full_"].map((name) => [rows.hasRows(`public.${name}`), rows.hasNulls(`public.${name}.a`)])).toEqual([
    [true, true],
    [false, false],
    [true, false],
  ]);
});
