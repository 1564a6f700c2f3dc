// The judge is the server: the locks that a statement holds at the end of its transaction.
import { expect, test } from "vitest";
import { statementsIn } from "../../../src/postgres/sql/split.ts";
import { LOCK_MODES, type LockMode } from "../../../src/rehearsal/observe/lock-modes.ts";
import { certainLocks } from "../../../src/rehearsal/sql/certain-lock.ts";
import { mentions } from "../../../src/rehearsal/sql/names.ts";
import { recurses } from "../../../src/rehearsal/sql/recursion.ts";
import { canTake, isAtLeast } from "../../../src/rehearsal/sql/strongest-lock.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const BEFORE = `create schema app;
create table app.t (id int primary key, a int, b text, constraint a_check check (a > 0) not valid);
create index t_a on app.t (a);
create table app.other (id int primary key, t int);
create view app.v as select * from app.t;
create materialized view app.m as select * from app.t;
create table app.parted (id int, at date) partition by range (at);
create table app.part_1 partition of app.parted for values from ('2026-01-01') to ('2026-02-01');
create table app.loose (id int, at date);
create function app.f() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger t_f before insert on app.t for each row execute function app.f();
create publication p;`;

const STATEMENTS = [
  "create view app.w as select * from app.t",
  "create temp view w as select * from app.t",
  "create materialized view app.n as select * from app.t",
  "create table app.copy as select * from app.t",
  "create table app.copy (x, y, z) as (select * from app.t)",
  "create unlogged table app.copy as with one as (select * from app.t) select * from one",
  "create table app.twin (like app.t including all)",
  "create table app.child () inherits (app.t)",
  "create table app.child (parent int references app.other) inherits (app.t)",
  "create table app.ref (t int references app.t, n int generated always as (t + 1) stored)",
  "create table app.part_2 partition of app.parted for values from ('2026-02-01') to ('2026-03-01')",
  "create index on app.t (b)",
  "create trigger t_g before update on app.t for each row execute function app.f()",
  "create policy own on app.t using (true)",
  "create rule r as on insert to app.t do nothing",
  "create statistics app.s on a, b from app.t",
  "comment on table app.t is 'x'",
  "comment on column app.t.a is 'x'",
  "grant select on app.t to public",
  "alter publication p add table app.t",
  "alter table app.t add column c int",
  "alter table app.t add column c int not null default 5, alter column b set statistics 50",
  "alter table app.t alter column b set statistics 50",
  "alter table app.t set (fillfactor = 50)",
  "alter table app.t reset (fillfactor)",
  "alter table app.t validate constraint a_check",
  "alter table app.t add constraint fk foreign key (a) references app.other not valid",
  "alter table app.other add foreign key (t) references app.t",
  "alter table app.t disable trigger t_f",
  "alter table app.t set unlogged",
  "alter table app.t cluster on t_a",
  "alter table app.t rename column b to bb",
  "alter table app.t owner to current_user",
  "alter table app.parted attach partition app.loose for values from ('2026-03-01') to ('2026-04-01')",
  "alter table app.parted detach partition app.part_1",
  "alter index app.t_a rename to t_aa",
  "alter view app.v rename to vv",
  "drop index app.t_a",
  "truncate app.t",
  "reindex table app.t",
  "reindex index app.t_a",
  "cluster app.t using t_a",
  "analyze app.t",
  "refresh materialized view app.m",
  "lock table app.t in share mode",
  "drop trigger t_f on app.t",
];

/** Changes of a partitioned table. */
const ON_PARENT = [
  "alter table app.parted add column c int",
  "alter table only app.parted alter column id set default 5",
  "alter table app.parted alter column id set default 5",
  "alter table app.parted alter column id set not null",
  "alter table app.parted alter column id type bigint",
  "alter table app.parted add check (id > 0)",
  "alter table app.parted add primary key (id, at)",
  "alter table app.parted add foreign key (id) references app.other",
  "alter table app.parted drop column id",
  "alter table app.parted rename column id to idd",
  "alter table app.parted rename to parted_2",
  "alter table app.parted owner to current_user",
  "alter table app.parted enable row level security",
  "alter table app.parted replica identity full",
  "alter table app.parted set schema public",
  "alter table app.parted attach partition app.loose for values from ('2026-03-01') to ('2026-04-01')",
  "create index on app.parted (id)",
  "create index on only app.parted (id)",
  "lock table app.parted",
  "lock table only app.parted",
  "truncate app.parted",
  "analyze app.parted",
  "create trigger t_p before insert on app.parted for each row execute function app.f()",
];

const DATABASE = await newDatabase("strongest_lock");
await withSession(DATABASE, (session) => session.query(BEFORE));

/** What exists before the statement, which can rename and drop it. */
const EXISTING = `select c.oid::int, n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'app'`;
const HELD = "select relation::int as oid, mode from pg_locks where pid = pg_backend_pid() and relation is not null";

test.each(STATEMENTS)("%s locks no table more than its text can show, and at least as it shows for certain", async (sql) => {
  const { existing, held } = await withSession(DATABASE, async (session) => {
    const before = await session.query<Readonly<{ oid: number; schema: string; name: string }>>(EXISTING);
    await session.query("begin");
    await session.query(sql);
    const locks = await session.query<Readonly<{ oid: number; mode: LockMode }>>(HELD);
    await session.query("rollback");
    const known = locks.flatMap(({ oid, mode }) =>
      before.filter((each) => each.oid === oid).map(({ schema, name }) => ({ schema, name, mode })),
    );
    return { existing: before, held: known };
  });
  const [statement] = statementsIn(sql);
  const tokens = statement?.tokens ?? [];
  const most = held.map(({ mode }) => mode).toSorted((one, other) => LOCK_MODES.indexOf(other) - LOCK_MODES.indexOf(one))[0];
  expect(most === undefined || canTake(tokens, most)).toBe(true);
  const certain = certainLocks(tokens).filter(({ name }) => existing.some((each) => mentions([name], each)));
  for (const { name, mode } of certain) {
    const modes = held.filter((each) => mentions([name], each)).map((each) => each.mode);
    expect(modes.some((each) => mode === undefined || isAtLeast(each, mode))).toBe(true);
  }
});

test.each(ON_PARENT)("%s locks the partitions strongly only if its text shows that it reaches them", async (sql) => {
  const locks = await withSession(DATABASE, async (session) => {
    await session.query("begin");
    await session.query(sql);
    const held = await session.query<Readonly<{ oid: number; mode: LockMode }>>(`${HELD} and relation = 'app.part_1'::regclass`);
    await session.query("rollback");
    return held;
  });
  const isLocked = locks.some(({ mode }) => isAtLeast(mode, "ShareUpdateExclusiveLock"));
  expect(!isLocked || recurses(statementsIn(sql)[0]?.tokens ?? [])).toBe(true);
  const least = locks.filter(({ mode }) => isAtLeast(mode, "AccessExclusiveLock")).length;
  expect({ sql, isReached: least === 0 && /^alter (?!.*foreign)/.test(sql) && recurses(statementsIn(sql)[0]?.tokens ?? []) }).toEqual({
    sql,
    isReached: false,
  });
});
