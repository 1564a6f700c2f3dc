import type { Pattern } from "./pattern.ts";

const AE = "ACCESS EXCLUSIVE";
const SUE = "SHARE UPDATE EXCLUSIVE";
const SRE = "SHARE ROW EXCLUSIVE";

/** Changes of partitions, of domains, sequences and views, and those that lock another table than the one that they name. */
export const MORE_PATTERNS: readonly Pattern[] = [
  // Partitions
  {
    name: "detach a partition concurrently, the parent",
    sql: "alter table pt detach partition pt_1 concurrently",
    table: "pt",
    reader: "pt_1",
    lock: SUE,
    alone: true,
  },
  {
    name: "detach a partition concurrently, the partition",
    sql: "alter table pt detach partition pt_1 concurrently",
    table: "pt_1",
    reader: "pt_1",
    lock: AE,
    alone: true,
  },
  {
    name: "attach a partition with rows",
    before: "insert into pt_2 select 100000000 + id, a from t limit 10000",
    sql: "alter table pt attach partition pt_2 for values from (100000000) to (200000000)",
    table: "pt_2",
    lock: AE,
    scans: true,
  },
  {
    name: "attach a partition with rows and a matching check",
    before:
      "insert into pt_2 select 100000000 + id, a from t limit 10000; alter table pt_2 add check (id is not null and id >= 100000000 and id < 200000000)",
    sql: "alter table pt attach partition pt_2 for values from (100000000) to (200000000)",
    table: "pt_2",
    lock: AE,
    scans: false,
  },
  {
    name: "attach a partition, the default partition",
    before: "create table pt_d partition of pt default",
    sql: "alter table pt attach partition pt_2 for values from (100000000) to (200000000)",
    table: "pt_d",
    lock: AE,
  },
  { name: "create an index on a partitioned table, a partition", sql: "create index x on pt (a)", table: "pt_1", lock: "SHARE" },
  { name: "create an index on only the parent, a partition", sql: "create index x on only pt (a)", table: "pt_1", lock: "none" },
  {
    name: "inherit, the parent",
    before: "create table child (like source)",
    sql: "alter table child inherit source",
    table: "source",
    lock: SUE,
  },
  // Other tables
  { name: "create a table with a foreign key, the other table", sql: "create table x (o_id int references o (id))", table: "o", lock: SRE },
  { name: "drop a foreign key, the other table", sql: "alter table line drop constraint line_o_id_fkey", table: "o", lock: AE },
  { name: "drop a table with a foreign key, the other table", sql: "drop table line", table: "o", lock: AE },
  { name: "truncate with cascade, a table that refers to it", sql: "truncate o cascade", table: "line", lock: AE, rewrites: true },
  { name: "add a foreign key to the same table", sql: "alter table t add constraint x foreign key (id) references t (id)", lock: SRE },
  { name: "create a table like another one", sql: "create table x (like t including all)", lock: "ACCESS SHARE" },
  { name: "create a table from a query", sql: "create table x as select * from t", lock: "ACCESS SHARE", scans: true },
  {
    name: "drop a function with its triggers",
    before: "create trigger x before insert on t for each row execute function trig()",
    sql: "drop function trig() cascade",
    lock: AE,
  },
  { name: "drop a type with its columns", sql: "drop type mood cascade", lock: AE },
  // Domains, sequences, views, foreign tables
  {
    name: "add a column of a domain with a check",
    before: "create domain positive as int default 1 check (value > 0)",
    sql: "alter table t add column x positive",
    lock: AE,
    rewrites: true,
  },
  {
    name: "add a check to a domain, a table that uses it",
    sql: "alter domain amount add constraint x check (value >= 0)",
    table: "priced",
    lock: "SHARE",
    scans: true,
  },
  {
    name: "add a check that is not valid to a domain, a table that uses it",
    sql: "alter domain amount add constraint x check (value >= 0) not valid",
    table: "priced",
    lock: "none",
  },
  { name: "change the step of a sequence", sql: "alter sequence numbers increment by 10", table: "numbers", lock: SRE, rewrites: true },
  { name: "restart a sequence", sql: "alter sequence numbers restart with 1000", table: "numbers", lock: SRE, rewrites: true },
  { name: "rename a sequence", sql: "alter sequence numbers rename to x", table: "numbers", lock: AE },
  { name: "drop a view", sql: "drop view vw", table: "vw", lock: AE },
  {
    name: "alter a foreign table",
    before: "create foreign data wrapper w; create server s foreign data wrapper w; create foreign table ft (id int) server s",
    sql: "alter foreign table ft add column x int",
    table: "ft",
    lock: AE,
  },
  // More of a table
  { name: "change the collation of a column", sql: 'alter table t alter column b type text collate "C"', lock: AE },
  {
    name: "text to jsonb",
    before: "alter table t drop column b, add column b text default '1'",
    sql: "alter table t alter column b drop default, alter column b type jsonb using b::jsonb",
    lock: AE,
    rewrites: true,
  },
  {
    name: "change the expression of a generated column",
    before: "alter table t add column x int generated always as (a + 1) stored",
    sql: "alter table t alter column x set expression as (a + 2)",
    lock: AE,
    rewrites: true,
    since: 17,
  },
  {
    name: "drop the expression of a generated column",
    before: "alter table t add column x int generated always as (a + 1) stored",
    sql: "alter table t alter column x drop expression",
    lock: AE,
  },
  {
    name: "add a primary key with an index",
    before: "alter table t drop constraint t_pkey; create unique index x on t (id)",
    sql: "alter table t add primary key using index x",
    lock: AE,
    scans: false,
  },
  { name: "make a foreign key deferrable", sql: "alter table line alter constraint line_o_id_fkey deferrable", table: "line", lock: AE },
  { name: "cluster on", sql: "alter table t cluster on t_a", lock: SUE },
  { name: "create a policy", sql: "create policy x on t using (true)", lock: AE },
  { name: "create a rule", sql: "create rule x as on delete to t do instead nothing", lock: AE },
  { name: "create a publication", sql: "create publication x for table t", lock: SUE },
  { name: "reindex a table concurrently", sql: "reindex table concurrently t", lock: SUE, alone: true },
  // Rows and locks
  {
    name: "merge",
    sql: "merge into source using o on source.id = o.id when matched then update set a = o.v",
    table: "source",
    lock: "ROW EXCLUSIVE",
    since: 15,
  },
  { name: "copy into a table", sql: "copy t (id) from program 'echo -7'", lock: "ROW EXCLUSIVE" },
  {
    name: "update in a loop of a DO block",
    sql: "do $$ begin for i in 1..50 loop update t set a = a + 1 where id = i;\nend loop;\nend $$",
    lock: "ROW EXCLUSIVE",
  },
  {
    name: "lock a table in a function",
    before: "create function f() returns void language plpgsql as 'begin lock table t in access exclusive mode; end'",
    sql: "select f()",
    lock: AE,
  },
  { name: "an advisory lock", sql: "select pg_advisory_xact_lock(4711)", lock: "none" },
];
