// The judge is the server: which tables a statement locks that it does not name.
import { expect, test } from "vitest";
import { directUrl } from "../../../src/postgres/url.ts";
import { measure } from "../../../src/rehearsal/measure/measure.ts";
import { readParts } from "../../../src/rehearsal/measure/parts.ts";
import { locksUnnamed } from "../../../src/rehearsal/measure/unnamed-locks.ts";
import { blocks, isLockMode } from "../../../src/rehearsal/observe/lock-modes.ts";
import { observe } from "../../../src/rehearsal/observe/observe.ts";
import { ancestorsOf, readState, tableOf } from "../../../src/rehearsal/observe/relations.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { mentions } from "../../../src/rehearsal/sql/names.ts";
import { recurses } from "../../../src/rehearsal/sql/recursion.ts";
import { canLockUnnamed } from "../../../src/rehearsal/sql/unnamed-locks.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const BEFORE = `create schema app;
create schema extra;
create type app.mood as enum ('a', 'b');
create type app.pair as (x int, y int);
create domain app.amount as int;
create function app.one() returns int language sql as 'select 1';
create sequence app.numbers;
create table app.parent (id int primary key, code text unique, total app.amount);
create table app.child (id int primary key, parent_id int constraint child_fk references app.parent, mood app.mood, n int default app.one());
create table app.numbered (id int default nextval('app.numbers'), pair app.pair);
create table app.typed of app.pair;
create view app.seen as select id, mood from app.child;
create view app.seen_again as select id from app.seen;
create materialized view app.stored as select id, n from app.child;
create table app.ev (id int, at int) partition by range (at);
create table app.ev_1 partition of app.ev for values from (0) to (10);
create table app.ev_rest partition of app.ev default;
create table app.ev_new (id int, at int);
create table extra.only_here (id int primary key, parent_id int references app.parent);
insert into app.parent values (1, 'a', 1);
insert into app.ev_rest values (1, 100);
`;

/** A statement, a table that it locks without naming it, and a later statement that names this table. */
const STATEMENTS: readonly (readonly [sql: string, table: string, later: string])[] = [
  ["alter table app.ev attach partition app.ev_new for values from (20) to (30)", "app.ev_rest", "alter table app.ev add check (id > 0)"],
  ["alter table app.ev detach partition app.ev_1", "app.ev_rest", "alter table app.ev add column z int"],
  ["create table app.ev_2 partition of app.ev for values from (20) to (30)", "app.ev_rest", "alter table app.ev add column z int"],
  ["drop table app.ev_1", "app.ev_rest", "alter table app.ev add column z int"],
  ["drop table app.ev_1", "app.ev", "alter table app.ev add column z int"],
  ["drop table app.child cascade", "app.parent", "alter table app.parent add column z int"],
  ["drop table extra.only_here", "app.parent", "alter table app.parent add column z int"],
  ["alter table app.child drop constraint child_fk", "app.parent", "alter table app.parent add column z int"],
  ["alter table app.child drop column parent_id", "app.parent", "alter table app.parent add column z int"],
  ["alter table app.parent alter column id type bigint", "app.child", "alter table app.child add column z int"],
  ["truncate app.parent cascade", "app.child", "alter table app.child add column z int"],
  ["drop type app.mood cascade", "app.child", "alter table app.child add column z int"],
  ["drop function app.one cascade", "app.child", "alter table app.child add column z int"],
  ["drop sequence app.numbers cascade", "app.numbered", "alter table app.numbered add column z int"],
  ["drop schema extra cascade", "app.parent", "alter table app.parent add column z int"],
  ["drop view app.seen cascade", "app.seen_again", "drop view if exists app.seen_again"],
  ["alter type app.pair add attribute z int cascade", "app.typed", "alter table app.typed alter column x set default 1"],
  ["alter domain app.amount add constraint positive check (value > 0)", "app.parent", "create index on app.parent (code)"],
  ["alter domain app.amount set not null", "app.parent", "create index on app.parent (code)"],
  ["drop domain app.amount cascade", "app.parent", "alter table app.parent add column z int"],
];

async function newStage(): Promise<string> {
  const url = await newDatabase("unnamed");
  await withSession(url, (session) => session.query(BEFORE));
  return url;
}

const partOf = (sql: string) => {
  const sent = { session: "s", sql, startMs: 0, endMs: 1, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
  const [part] = readParts(migrationFiles([]))(sent);
  return part ?? expect.unreachable();
};

test.each(STATEMENTS)("all tables that the server locks for: %s", async (sql, table) => {
  const url = await newStage();
  const { relations, locked } = await withSession(url, async (session) => {
    const state = await readState(session);
    await session.query("begin");
    await session.query(sql);
    const rows = await session.query<{ id: number; mode: string }>(
      "select relation::int8::float8 as id, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and granted",
    );
    return { relations: state.relations, locked: rows };
  });
  const part = partOf(sql);
  const unnamed = locked.flatMap(({ id, mode }) => {
    const relation = relations.get(tableOf(id, relations));
    if (relation === undefined || relation.schema.startsWith("pg_") || !isLockMode(mode) || !blocks(mode, "write")) return [];
    const isNamed = [...relations.values()].some((each) => tableOf(each.id, relations) === relation.id && mentions(part.names, each));
    const isBelow = recurses(part.tokens) && ancestorsOf(relation.id, relations).some((each) => mentions(part.names, each));
    return isNamed || isBelow ? [] : [relation];
  });
  expect(unnamed.map(({ shown }) => shown)).toContain(table);
  for (const relation of unnamed) {
    expect({ [relation.shown]: locksUnnamed(relation, relations)(part) || canLockUnnamed(part.tokens) }).toEqual({
      [relation.shown]: true,
    });
  }
});

test.each(STATEMENTS)("a later statement alone is not blamed for the locks of: %s (%s)", async (sql, table, later) => {
  const url = await newStage();
  const options = { url: directUrl(url), name: "offshoot:test", useBroker: true, records: undefined, signal: AbortSignal.timeout(60_000) };
  const observed = await observe(options, (reached) =>
    withSession(reached, async (session) => {
      await session.query(`begin; ${sql}; select pg_sleep(0.2); ${later}; select pg_sleep(0.1); commit`);
    }),
  );
  const { tables } = measure(observed, {
    files: migrationFiles([]),
    revisions: undefined,
    throughBroker: true,
    isOwn: () => false,
    literals: false,
  });
  const change = tables.find((each) => each.change.table.shown === table);
  const blamed = change?.writes.map((each) => each.blamed)[0];
  expect(change?.writes[0]?.wait.toMs ?? 0).toBeGreaterThan((change?.writes[0]?.wait.fromMs ?? 0) + 150);
  const own = partOf(sql).tokens.map(({ text }) => text);
  const texts = [blamed?.part, ...(blamed?.perhaps ?? [])].map((part) => part?.tokens.map(({ text }) => text));
  expect(texts).toContainEqual(own);
  // What the catalog shows is certain.
  const isCertain = change !== undefined && locksUnnamed(change.change.table, observed.before.relations)(partOf(sql));
  expect(isCertain ? texts[0] : own).toEqual(own);
});
