/** A change of a column's type, the table before it, and what an application does before, during and after it. */
export interface TypeChange {
  readonly name: string;
  readonly before: string;
  readonly change: string;
  /** Statements of the application, each with the number of its run as `$1`. */
  readonly writes: readonly string[];
}

const LONG = `${"long".repeat(15)}ong`;
const ODD_TABLE = '"App Data"."Order ""X"".Items"';
const ROWS = 30_000;

const T = `create schema app; create table app.o (k int primary key); insert into app.o values (1), (2);
  create table app.t (id serial primary key, n int not null default 5, x text);
  insert into app.t (n, x) select i % 100, 'row ' || i from generate_series(1, ${ROWS}) i;`;
const WRITES = [
  "insert into app.t (x) values ('client ' || $1::int)",
  "update app.t set n = 100 - n, x = 'changed' where id = $1::int * 37",
];

const change = (name: string, extra: string, statement: string, writes: readonly string[] = WRITES): TypeChange => ({
  name,
  before: T + extra,
  change: statement,
  writes,
});

/** Whose statements must have the same effect as the change. */
export const TYPE_CHANGES: readonly TypeChange[] = [
  change("a serial primary key", "comment on column app.t.id is 'it''s the key'", "alter table app.t alter column id type bigint"),
  change(
    "an identity that is a primary key",
    "create table app.i (id int generated always as identity primary key, x text); insert into app.i (x) select 'a' from generate_series(1, 500)",
    "alter table app.i alter column id type bigint",
    ["insert into app.i (x) values ('c' || $1::int)", "update app.i set x = 'u' where id = $1::int"],
  ),
  change("a default and NOT NULL", "", "alter table app.t alter n set data type bigint"),
  change(
    "indexes, a unique key, checks and a foreign key",
    `alter table app.t drop column n; alter table app.t add n int default 1 constraint n_ok check (n > 0), add "Odd N" int default 1 references app.o on delete set null,
      add constraint both_ok check (n < id or n > 0) not valid, add constraint u unique (id, n) include (x) deferrable initially deferred;
      create index t_n on app.t (n desc nulls last) include (x) where n > 5; create index t_expr on app.t (abs(n), lower(x)); create unique index t_u on app.t (n, id);`,
    "alter table app.t alter column n type bigint",
    ["insert into app.t (x) values ('client ' || $1::int)", "update app.t set n = n + 1 where id = $1::int * 37"],
  ),
  change(
    "a foreign key of a quoted column",
    `alter table app.t add "Odd N" int default 1 references app.o on delete set null; create index "Odd Index" on app.t ("Odd N");`,
    'alter table app.t alter column "Odd N" type bigint',
  ),
  change(
    "text that is read as a number",
    "update app.t set x = id::text",
    "alter table app.t alter column x type int using (x || '')::int",
    ["insert into app.t (x) values ($1::int)", "update app.t set x = '7' where id = $1::int * 37"],
  ),
  change(
    "a timestamp with its time zone",
    "alter table app.t add made timestamp; update app.t set made = '2026-01-01 00:00'::timestamp + id * interval '1 hour'; create index on app.t (made)",
    "alter table app.t alter column made type timestamptz using made at time zone 'Asia/Tokyo'",
    ["insert into app.t (x) values ('client')", "update app.t set made = made + interval '1 day' where id = $1::int * 37"],
  ),
  change(
    "varchar to text beside a trigger for new rows and policies that the owner does not need",
    `alter table app.t add v varchar(40) default 'new' not null; alter table app.t enable row level security;
      create function app.f() returns trigger language plpgsql as 'begin new.x := upper(new.x); return new; end'; create trigger early before insert on app.t for each row execute function app.f();`,
    "alter table app.t alter column v type text using v::text",
    ["insert into app.t (v) values ('c' || $1::int)", "update app.t set v = 'u' where id = $1::int * 37"],
  ),
  {
    name: "names that need quotes or leave no room",
    before: `create schema "App Data"; create table ${ODD_TABLE} (id serial primary key, "select" int not null, "Weird Col" int default 3, ${LONG} int unique);
      insert into ${ODD_TABLE} ("select", ${LONG}) select n, n from generate_series(1, 3000) n; create index on ${ODD_TABLE} ("Weird Col", ${LONG})`,
    change: `alter table ${ODD_TABLE} alter column ${LONG} type bigint`,
    writes: [`insert into ${ODD_TABLE} ("select") values ($1)`, `update ${ODD_TABLE} set "Weird Col" = 7 where id = $1::int * 3`],
  },
  {
    name: "a column with the name of a keyword",
    before: `create schema "App Data"; create table ${ODD_TABLE} (id int, "select" int not null check ("select" > 0) unique); insert into ${ODD_TABLE} select n, n from generate_series(1, 3000) n`,
    change: `alter table ${ODD_TABLE} alter column "select" type bigint`,
    writes: [
      `insert into ${ODD_TABLE} (id, "select") values ($1::int + 20000, $1::int + 10000)`,
      `update ${ODD_TABLE} set id = id + 10000 where "select" = $1::int * 3`,
    ],
  },
  change(
    "numeric to a larger scale",
    "alter table app.t add p numeric(10,2) default 1.25",
    "alter table app.t alter p type numeric(20,4)",
    ["insert into app.t (p) values ($1::int)", "update app.t set p = 2.5 where id = $1::int * 37"],
  ),
];

const TRIGGER = "create function app.f() returns trigger language plpgsql as 'begin new.n := new.n * 10; return new; end';";

/** For which no statements are printed, and the reason that is named. */
export const REFUSED_CHANGES: readonly (readonly [name: string, extra: string, statement: string, reason: string])[] = [
  ["timestamptz without a zone", "alter table app.t add made timestamp", "alter table app.t alter made type timestamptz", "TimeZone"],
  ["text as timestamptz", "", "alter table app.t alter x type timestamptz using x::timestamptz", "in each session"],
  [
    "a function with settings",
    "alter table app.t add d date",
    "alter table app.t alter d type text using to_char(d, 'TMMonth')",
    "to_char",
  ],
  ["a date as text", "alter table app.t add d date", "alter table app.t alter d type text using d::text", "depends on nothing but the row"],
  ["a shorter varchar", "", "alter table app.t alter x type varchar(10)", "every value has a result"],
  ["a smaller number", "", "alter table app.t alter n type smallint", "every value has a result"],
  ["a volatile expression", "", "alter table app.t alter n type bigint using random()", "random"],
  ["a parent", "create table app.c () inherits (app.t)", "alter table app.t alter n type bigint", "inherits"],
  [
    "a partitioned table",
    "create table app.p (id int, n int) partition by range (id)",
    "alter table app.p alter n type bigint",
    "partitioned",
  ],
  [
    "a later trigger",
    `${TRIGGER} create trigger zzzz before insert on app.t for each row execute function app.f()`,
    "alter table app.t alter n type bigint",
    "zzzz fires after",
  ],
  [
    "a trigger for updates",
    `${TRIGGER} create trigger a before update on app.t for each row execute function app.f()`,
    "alter table app.t alter n type bigint",
    "would fire the trigger a",
  ],
  [
    "forced policies",
    "alter table app.t enable row level security, force row level security",
    "alter table app.t alter n type bigint",
    "FORCE ROW LEVEL SECURITY",
  ],
  ["foreign keys of others", "create table app.r (t int references app.t)", "alter table app.t alter id type bigint", "r_t_fkey"],
  ["a foreign key to itself", "alter table app.t add boss int references app.t", "alter table app.t alter boss type bigint", "t_boss_fkey"],
  ["a view", "create view app.v as select n from app.t", "alter table app.t alter n type bigint", "app.v"],
  ["a policy", "create policy p on app.t using (n > 1)", "alter table app.t alter n type bigint", "policy"],
  [
    "a generated column",
    "alter table app.t add g int generated always as (n + 1) stored",
    "alter table app.t alter n type bigint",
    "app.t.g",
  ],
  ["statistics", "create statistics app.s on n, id from app.t", "alter table app.t alter n type bigint", "app.s"],
  ["a publication", "create publication p for table app.t", "alter table app.t alter n type bigint", "publication"],
  [
    "an exclusion constraint",
    "alter table app.t add r int, add exclude using btree (r with =)",
    "alter table app.t alter r type bigint",
    "t_r_excl",
  ],
  ["privileges of the column", "grant select (n) on app.t to public", "alter table app.t alter n type bigint", "privileges"],
  ["a name that is taken", "alter table app.t add n_new int", "alter table app.t alter n type bigint", "n_new"],
  ["several actions", "", "alter table app.t alter n type bigint, alter id type bigint", "the statement changes more"],
];

export const BEFORE_REFUSED = T.replace(String(ROWS), "10");
