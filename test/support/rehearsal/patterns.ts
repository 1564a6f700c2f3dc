import { MORE_PATTERNS } from "./more-patterns.ts";
import type { Pattern } from "./pattern.ts";

export type { Pattern } from "./pattern.ts";

const AE = "ACCESS EXCLUSIVE";
const SUE = "SHARE UPDATE EXCLUSIVE";
const SRE = "SHARE ROW EXCLUSIVE";

/** Everything that the patterns need, with this many rows in the tables that matter. */
export function setup(rows: number): string {
  return `
create type mood as enum ('good', 'bad');
create table o (id int primary key, v int);
insert into o select g, g from generate_series(0, 99) g;
create table t (id int not null, a int, b text, e varchar(50), n numeric(10,2), ts timestamp, m mood, o_id int);
insert into t select g, g % 1000, 'text ' || g, 'e' || g, g, '2026-01-01'::timestamp + g * interval '1 s', 'good', g % 100 from generate_series(1, ${rows}) g;
alter table t add constraint t_pkey primary key (id);
create index t_a on t (a);
create unlogged table u as select id, b from t limit ${Math.ceil(rows / 10)};
create table source as select id, a from t limit ${Math.ceil(rows / 10)};
create materialized view mv as select id, a from source;
create unique index mv_id on mv (id);
create table pt (id int, a int) partition by range (id);
create table pt_1 partition of pt for values from (0) to (100000000);
insert into pt_1 select id, a from t limit 10000;
create table pt_2 (id int, a int);
create view vw as select id from source;
create function trig() returns trigger language plpgsql as 'begin return new; end';
create schema elsewhere;
create sequence numbers owned by source.a;
create domain amount as int;
create table priced (id int, price amount);
insert into priced select id, a from t limit ${Math.ceil(rows / 10)};
create table line (id int primary key, o_id int references o (id));
insert into line select g, g % 100 from generate_series(1, 1000) g;`;
}

export const PATTERNS: readonly Pattern[] = [
  { name: "add a column", sql: "alter table t add column x int", lock: AE },
  { name: "add a column with a constant default", sql: "alter table t add column x int not null default 5", lock: AE },
  { name: "add a column with a stable default", sql: "alter table t add column x timestamptz default now()", lock: AE },
  {
    name: "add a column with a volatile default",
    sql: "alter table t add column x float default random()",
    lock: AE,
    rewrites: true,
    isSlow: true,
  },
  {
    name: "add a stored generated column",
    sql: "alter table t add column x int generated always as (a + 1) stored",
    lock: AE,
    rewrites: true,
  },
  {
    name: "add a virtual generated column",
    sql: "alter table t add column x int generated always as (a + 1) virtual",
    lock: AE,
    since: 18,
  },
  { name: "add an identity column", sql: "alter table t add column x bigint generated always as identity", lock: AE, rewrites: true },
  { name: "add a serial column", sql: "alter table t add column x bigserial", lock: AE, rewrites: true },
  { name: "add a column with a check", sql: "alter table t add column x int check (x > 0)", lock: AE },
  { name: "drop a column", sql: "alter table t drop column b", lock: AE },
  { name: "set a default", sql: "alter table t alter column a set default 1", lock: AE },
  { name: "drop a default", sql: "alter table t alter column a drop default", lock: AE },
  { name: "set not null", sql: "alter table t alter column a set not null", lock: AE, isSlow: true },
  {
    name: "set not null with a valid check",
    before: "alter table t add constraint a_check check (a is not null)",
    sql: "alter table t alter column a set not null",
    lock: AE,
  },
  {
    name: "drop not null",
    before: "alter table t alter column a set not null",
    sql: "alter table t alter column a drop not null",
    lock: AE,
  },
  {
    name: "add a not null constraint that is not valid",
    sql: "alter table t add constraint a_nn not null a not valid",
    lock: AE,
    since: 18,
  },
  {
    name: "validate a not null constraint",
    before: "alter table t add constraint a_nn not null a not valid",
    sql: "alter table t validate constraint a_nn",
    lock: SUE,
    since: 18,
  },
  { name: "int to bigint", sql: "alter table t alter column a type bigint", lock: AE, rewrites: true, isSlow: true },
  { name: "varchar to a longer varchar", sql: "alter table t alter column e type varchar(100)", lock: AE },
  { name: "varchar to text", sql: "alter table t alter column e type text", lock: AE },
  { name: "varchar to a shorter varchar", sql: "alter table t alter column e type varchar(20)", lock: AE, rewrites: true },
  { name: "text to varchar", sql: "alter table t alter column b type varchar(100)", lock: AE, rewrites: true },
  { name: "numeric to a higher precision", sql: "alter table t alter column n type numeric(12,2)", lock: AE },
  { name: "numeric to another scale", sql: "alter table t alter column n type numeric(14,4)", lock: AE, rewrites: true },
  { name: "timestamp to timestamptz in UTC", sql: "set local timezone = 'UTC'; alter table t alter column ts type timestamptz", lock: AE },
  {
    name: "timestamp to timestamptz in another zone",
    sql: "set local timezone = 'Europe/Berlin'; alter table t alter column ts type timestamptz",
    lock: AE,
    rewrites: true,
  },
  { name: "int to text", sql: "alter table t alter column a type text using a::text", lock: AE, rewrites: true },
  { name: "set statistics of a column", sql: "alter table t alter column a set statistics 200", lock: SUE },
  { name: "set options of a column", sql: "alter table t alter column a set (n_distinct = 5)", lock: SUE },
  { name: "set the storage of a column", sql: "alter table t alter column b set storage external", lock: AE },
  { name: "set the compression of a column", sql: "alter table t alter column b set compression pglz", lock: AE },
  { name: "set the fillfactor", sql: "alter table t set (fillfactor = 70)", lock: SUE },
  { name: "switch autovacuum off", sql: "alter table t set (autovacuum_enabled = false)", lock: SUE },
  { name: "add a check", sql: "alter table t add constraint x check (a >= 0)", lock: AE, isSlow: true },
  { name: "add a check that is not valid", sql: "alter table t add constraint x check (a >= 0) not valid", lock: AE },
  {
    name: "validate a check",
    before: "alter table t add constraint x check (a >= 0) not valid",
    sql: "alter table t validate constraint x",
    lock: SUE,
    isSlow: true,
  },
  { name: "add a foreign key", sql: "alter table t add constraint x foreign key (o_id) references o (id)", lock: SRE, isSlow: true },
  {
    name: "add a foreign key, the other table",
    sql: "alter table t add constraint x foreign key (o_id) references o (id)",
    table: "o",
    lock: SRE,
  },
  {
    name: "add a foreign key that is not valid",
    sql: "alter table t add constraint x foreign key (o_id) references o (id) not valid",
    lock: SRE,
  },
  {
    name: "validate a foreign key",
    before: "alter table t add constraint x foreign key (o_id) references o (id) not valid",
    sql: "alter table t validate constraint x",
    lock: SUE,
    isSlow: true,
  },
  {
    name: "validate a foreign key, the other table",
    before: "alter table t add constraint x foreign key (o_id) references o (id) not valid",
    sql: "alter table t validate constraint x",
    table: "o",
    lock: "ROW SHARE",
  },
  { name: "add a unique constraint", sql: "alter table t add constraint x unique (e)", lock: AE, isSlow: true },
  {
    name: "add a unique constraint with an index",
    before: "create unique index x on t (e)",
    sql: "alter table t add constraint x unique using index x",
    lock: AE,
  },
  { name: "add an exclusion constraint", sql: "alter table t add constraint x exclude using btree (id with =)", lock: AE },
  { name: "drop a constraint", sql: "alter table t drop constraint t_pkey", lock: AE },
  { name: "rename a column", sql: "alter table t rename column a to a2", lock: AE },
  { name: "rename a table", sql: "alter table t rename to t2", lock: AE },
  { name: "rename a constraint", sql: "alter table t rename constraint t_pkey to pk", lock: AE },
  { name: "move to another schema", sql: "alter table t set schema elsewhere", lock: AE },
  { name: "change the owner", sql: "alter table t owner to current_user", lock: AE },
  { name: "full replica identity", sql: "alter table t replica identity full", lock: AE },
  { name: "add an identity", sql: "alter table t alter column id add generated by default as identity", lock: AE },
  { name: "create an index", sql: "create index x on t (b)", lock: "SHARE", isSlow: true },
  { name: "create a unique index", sql: "create unique index x on t (e)", lock: "SHARE" },
  { name: "create an index concurrently", sql: "create index concurrently x on t (b)", lock: SUE, alone: true, isSlow: true },
  { name: "drop an index", sql: "drop index t_a", lock: AE },
  { name: "drop an index concurrently", sql: "drop index concurrently t_a", lock: SUE, alone: true },
  { name: "reindex an index", sql: "reindex index t_a", lock: "SHARE", blocksReaders: true, isSlow: true },
  { name: "reindex a table", sql: "reindex table t", lock: "SHARE", blocksReaders: true },
  { name: "reindex an index concurrently", sql: "reindex index concurrently t_a", lock: SUE, alone: true },
  { name: "rename an index", sql: "alter index t_a rename to t_a2", lock: "none" },
  { name: "cluster", sql: "cluster t using t_a", lock: AE, rewrites: true, isSlow: true },
  { name: "vacuum full", sql: "vacuum full t", lock: AE, rewrites: true, alone: true, isSlow: true },
  {
    name: "vacuum",
    // Autovacuum could remove these rows first.
    before: "alter table t set (autovacuum_enabled = false); delete from t where a % 2 = 0",
    // It sleeps now and then, so that it takes long on any machine: its lock is known from looks only.
    sql: "set vacuum_cost_delay = 10; vacuum t",
    lock: SUE,
    alone: true,
  },
  { name: "analyze", sql: "analyze t", lock: SUE },
  { name: "truncate", sql: "truncate t", lock: AE, rewrites: true },
  { name: "create a trigger", sql: "create trigger x before insert on t for each row execute function trig()", lock: SRE },
  {
    name: "drop a trigger",
    before: "create trigger x before insert on t for each row execute function trig()",
    sql: "drop trigger x on t",
    lock: AE,
  },
  { name: "disable triggers", sql: "alter table t disable trigger user", lock: SRE },
  { name: "enable row security", sql: "alter table t enable row level security", lock: AE },
  { name: "comment on a table", sql: "comment on table t is 'a remark'", lock: SUE },
  { name: "create statistics", sql: "create statistics x on a, b from t", lock: SUE },
  { name: "grant", sql: "grant select on t to public", lock: "none" },
  { name: "update all rows", sql: "update t set a = a + 1", lock: "ROW EXCLUSIVE" },
  { name: "delete rows", sql: "delete from t where a < 500", lock: "ROW EXCLUSIVE" },
  { name: "insert rows", sql: "insert into t (id, a) select -id, a from t", lock: "ROW EXCLUSIVE" },
  { name: "lock rows", sql: "select from t where a = 1 for update", lock: "ROW SHARE" },
  { name: "lock a table against writers", sql: "lock table t in share mode", lock: "SHARE" },
  { name: "lock a table exclusively", sql: "lock table t in exclusive mode", lock: "EXCLUSIVE" },
  { name: "make a table logged", sql: "alter table u set logged", table: "u", lock: AE, rewrites: true },
  { name: "make a table unlogged", sql: "alter table t set unlogged", lock: AE, rewrites: true },
  { name: "refresh a materialized view", sql: "refresh materialized view mv", table: "mv", lock: AE, rewrites: true },
  { name: "refresh a materialized view concurrently", sql: "refresh materialized view concurrently mv", table: "mv", lock: "EXCLUSIVE" },
  {
    name: "attach a partition, the parent",
    sql: "alter table pt attach partition pt_2 for values from (100000000) to (200000000)",
    table: "pt",
    lock: SUE,
  },
  {
    name: "attach a partition, the partition",
    sql: "alter table pt attach partition pt_2 for values from (100000000) to (200000000)",
    table: "pt_2",
    lock: AE,
  },
  { name: "detach a partition", sql: "alter table pt detach partition pt_1", table: "pt", lock: AE },
  {
    name: "create a partition",
    sql: "create table pt_3 partition of pt for values from (300000000) to (400000000)",
    table: "pt",
    lock: AE,
  },
  { name: "add a value to an enum", sql: "alter type mood add value 'so-so'", lock: "none" },
  { name: "create a view", sql: "create view x as select id from t", lock: "ACCESS SHARE" },
  { name: "replace a view", sql: "create or replace view vw as select id from source where a > 0", table: "vw", lock: AE },
  { name: "drop a table", sql: "drop table u", table: "u", lock: AE },
  ...MORE_PATTERNS,
];
