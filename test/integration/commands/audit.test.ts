import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

const KEYS = `create table tenant (nr uuid primary key); create table pair (nr int primary key, a int, b int, unique (a, b));`;
const EVENTS = `${KEYS} create table event (nr int, day date not null, tenant uuid references tenant, primary key (nr, day)) partition by range (day);
  create table event_30 partition of event for values from ('2030-01-01') to ('2031-01-01');`;

test.each<readonly [name: string, sql: string, found: readonly string[]]>([
  [
    "a key that begins with the foreign key",
    `${KEYS} create table person (tenant uuid references tenant, nr uuid, primary key (tenant, nr))`,
    [],
  ],
  [
    "an index with the columns in another order",
    `${KEYS} create table ref (nr int primary key, a int, b int, foreign key (b, a) references pair (b, a)); create index on ref (a, b)`,
    [],
  ],
  ["an index of a partitioned table", `${EVENTS} create index on event (tenant)`, []],
  ["an index of each partition", `${EVENTS} create index on event_30 (tenant)`, []],
  [
    "an index of one of two partitions",
    `${EVENTS} create index on event_30 (tenant); create table event_rest partition of event default`,
    ["foreign-key-unindexed"],
  ],
  [
    "an index that leaves out nulls",
    `${KEYS} create table part (nr int primary key, tenant uuid references tenant); create index on part (tenant) where tenant is not null`,
    [],
  ],
  [
    "an index that leaves out more",
    `${KEYS} create table part (nr int primary key, tenant uuid references tenant); create index on part (tenant) where nr > 5`,
    ["foreign-key-unindexed"],
  ],
  [
    "an index with the foreign key in second place",
    `${KEYS} create table joined (tenant uuid references tenant, pair int references pair, primary key (tenant, pair))`,
    ["foreign-key-unindexed"],
  ],
  [
    "functions with temporary tables, and with a row type whose column was dropped",
    `create table mine (a int primary key, b int);
     create function fills() returns int language plpgsql as $$declare n int; begin create temporary table fresh (list text) on commit drop; insert into fresh values ('x'); select count(*) into n from fresh; return n; end$$;
     create function reads() returns int language plpgsql as $$declare r mine; begin select * into r from mine; return r.a; end$$; alter table mine drop column b;
     create function same(x anyelement) returns anyelement language sql as $$ select x $$; create function later() returns void language plpgsql as $$begin perform from pg_temp.session; end$$`,
    [],
  ],
  [
    "a trigger function of two tables",
    `create table a (nr int primary key, v text); create table b (nr int primary key, w text);
     create function on_both() returns trigger language plpgsql as $$declare t text; begin if tg_table_name = 'a' then t := new.v; else t := new.w; end if; return new; end$$;
     create trigger a after insert on a for each row execute function on_both(); create trigger b after insert on b for each row execute function on_both()`,
    [],
  ],
])("the audit of a database with %s", async (_, sql, found) => {
  const url = await newDatabase("audited");
  await withSession(url, (session) => session.query(sql));
  const { stdout } = await project.call(["audit", "--url", "AUDITED", "--json"], { AUDITED: url });
  expect((JSON.parse(stdout) as { findings: { code: string }[] }).findings.map(({ code }) => code)).toEqual(found);
});
