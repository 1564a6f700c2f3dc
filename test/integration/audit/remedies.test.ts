import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, inject, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import type { AuditFinding } from "../../../src/audit/finding.ts";
import type { AuditCode } from "../../../src/audit/facts.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { messageFor } from "../../../src/findings/kind.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { connect, type Session } from "../../support/session.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";

let session: Session;

beforeEach(async () => {
  session = await connect(await newDatabase("remedies"));
  return () => session.close();
});

/** Uses a new database on another server. */
async function onServer(server: string): Promise<void> {
  await session.close();
  session = await connect(await newDatabase("remedies", { server }));
}

/** The remedies of the findings of one code. */
async function remedies(code: AuditCode): Promise<readonly string[]> {
  const { findings } = await auditDatabase({ session, now: new Date() });
  return findings.filter((finding) => finding.code === code).map((finding) => messageFor(finding, AUDIT).remedy);
}

/** Runs the statement in a remedy. */
async function follow(remedy: string): Promise<void> {
  await session.query(remedy.slice(remedy.search(/\b(?:alter|create|drop|revoke|reindex|select) /), remedy.indexOf(";") + 1));
}

test("a remedy uses an index as the primary key only where Postgres accepts it", async () => {
  await session.query(`
    create table good ("Key" text not null, note text); create unique index "Good.One" on good ("Key") include (note);
    create table descending (a int not null); create unique index on descending (a desc);
    create table patterns (a text not null); create unique index on patterns (a text_pattern_ops);
    create table collated (a text not null); create unique index on collated (a collate "C");
    create table alike (a int not null); create unique index on alike (a) nulls not distinct;
    create table held (a int not null unique);
  `);
  const found = await remedies("table-without-primary-key");
  expect(found).toContain(`alter table public.good add primary key using index "Good.One";`);
  for (const remedy of found) await follow(remedy);
  expect(await remedies("table-without-primary-key")).toEqual([]);
});

test("a remedy adds no column where the name is used or where the key must contain the partition columns", async () => {
  await session.query(`
    create table taken (id int not null);
    create table parts (at date not null, a int) partition by range (at); create unique index on parts (at);
  `);
  expect(await remedies("table-without-primary-key")).toEqual([
    "alter table public.parts add primary key (…); with columns that identify a row.",
    "alter table public.taken add primary key (…); with columns that identify a row.",
  ]);
});

test("a remedy does not use concurrently for the indexes of a partitioned table", async () => {
  await session.query(`
    create table targets (id bigint primary key);
    create table parts (at date, target bigint references targets, primary key (at)) partition by range (at);
    create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
  `);
  for (const remedy of await remedies("foreign-key-unindexed")) await follow(remedy);
  expect(await remedies("foreign-key-unindexed")).toEqual([]);

  await session.query("create index one on parts (target, at); create index two on parts (target, at)");
  for (const code of ["index-duplicate", "index-overlapping"] as const) {
    const found = await remedies(code);
    expect(found).toHaveLength(1);
    for (const remedy of found) await follow(remedy);
    expect(await remedies(code)).toEqual([]);
  }
});

test("an index of a partitioned table becomes valid when each partition has its part", async () => {
  await session.query(`
    create table parts (at date primary key, a int) partition by range (at);
    create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01');
    create index parts_a on only parts (a);
  `);
  expect(await remedies("index-invalid")).toEqual([
    "Build a valid index on each partition, then attach each: alter index public.parts_a attach partition …;",
  ]);
  await session.query("create index parts_1_a on parts_1 (a); alter index parts_a attach partition parts_1_a");
  expect(await remedies("index-invalid")).toEqual([]);
});

test("a remedy adds no identity column to a table from which others inherit, because Postgres refuses that", async () => {
  await session.query("create table parent (a int not null); create table child (b int) inherits (parent)");
  const found = await remedies("table-without-primary-key");
  expect(found).toEqual([
    "alter table public.child add column id bigint generated always as identity primary key; or use columns that already identify a row.",
    "alter table public.parent add primary key (…); with columns that identify a row.",
  ]);
  await follow(found[0] ?? "");
  await follow((found[1] ?? "").replace("…", "a"));
  expect(await remedies("table-without-primary-key")).toEqual([]);
});

test("tables on which only the owner has rights are one line for each schema, and a remedy only takes rights away", async () => {
  await session.query(`
    create table one (id int primary key); alter table one enable row level security;
    create table two (id int primary key); alter table two enable row level security; alter table two force row level security;
    create table "Three" (id int primary key); alter table "Three" enable row level security;
    grant select on "Three" to public; grant update (id) on "Three" to public;
  `);
  const audited = async (): Promise<readonly unknown[]> =>
    (await auditDatabase({ session, now: new Date() })).findings.map(({ code, severity, object }) => [code, severity, object.name]);
  expect(await audited()).toEqual([
    ["row-security-without-policies", "warning", 'public."Three"'],
    ["row-security-without-policies", "info", "public"],
  ]);
  const [first = ""] = await remedies("row-security-without-policies");
  expect(first).toContain('revoke all on table public."Three" from public;');
  await follow(first);
  expect(await audited()).toEqual([["row-security-without-policies", "info", "public"]]);
});

/** A way to get the finding of a code, and how its advice is followed. */
interface Case {
  /** What makes the findings. Statements after `;;` run one by one, and a failed concurrent build is expected. */
  readonly sql: string;
  /** Why the advice has no statement that can be run as it is, and the statements that a person makes from it. */
  readonly words?: { readonly because: string; readonly by: string };
  /** Server versions that cannot have the finding: it needs at least this major version. */
  readonly since?: number;
}

const IN_PAGES =
  "it compares with a spec, the repository or another file; the fix on its page is run by test/integration/docs/rules.test.ts";

/** For every code, each form of its advice. A text: why there is nothing to run here. */
const CASES: Readonly<Record<AuditCode, string | readonly Case[]>> = {
  missing: IN_PAGES,
  unexpected: IN_PAGES,
  forbidden: IN_PAGES,
  different: IN_PAGES,
  "version-different": IN_PAGES,
  "version-unreadable": IN_PAGES,
  "version-several": IN_PAGES,
  "version-unknown": IN_PAGES,
  "heads-different": IN_PAGES,
  "name-different": IN_PAGES,
  "postgres-different": IN_PAGES,
  "ignore-expired": IN_PAGES,
  "baseline-outdated": IN_PAGES,
  "overload-ambiguous": [
    {
      sql: `create function f(a int, b int default 0) returns int language sql as 'select 1';
        create function f(a int) returns int language sql as 'select 1'`,
      words: { because: "only people know which overload is needed", by: "drop function f(int, int)" },
    },
    {
      sql: `create function g(a int, b text) returns int language sql as 'select 1';
        create function g(a text, b int) returns int language sql as 'select 1'`,
      words: { because: "the calls are changed, or one function is renamed", by: "alter function g(int, text) rename to g_by_text" },
    },
  ],
  "index-invalid": [
    {
      sql: "create table t (id int primary key, a int); insert into t values (1, 0) ;; create index concurrently on t ((1 / a)) ;; update t set a = 1",
    },
    {
      sql: `create table "T t" (id int primary key, a int); insert into "T t" values (1, 1), (2, 1) ;;
        create unique index concurrently "A a" on "T t" (a) ;; delete from "T t" where id = 2`,
    },
    {
      sql: `create table t (id int primary key, a int); create unique index t_a on t (a) ;;
        set allow_system_table_mods = on ;; update pg_index set indisvalid = false where indexrelid = 't_a'::regclass ;;
        insert into t values (1, 1)`,
    },
    {
      // What a failed REINDEX CONCURRENTLY leaves: building it again would make a duplicate.
      sql: `create table t (id int primary key, a int); create index t_a on t (a); create index t_a_ccnew on t (a); create index t_a_ccold1 on t (a) ;;
        set allow_system_table_mods = on ;;
        update pg_index set indisvalid = false where indexrelid in ('t_a_ccnew'::regclass, 't_a_ccold1'::regclass)`,
    },
    {
      sql: `create table t (id int primary key, a int); alter table t add constraint once unique (a) ;;
        set allow_system_table_mods = on ;; update pg_index set indisvalid = false where indexrelid = 'once'::regclass`,
    },
    {
      sql: `create table t (id int primary key, r int4range); alter table t add constraint apart exclude using gist (r with &&) ;;
        set allow_system_table_mods = on ;; update pg_index set indisvalid = false where indexrelid = 'apart'::regclass`,
    },
    {
      sql: `create table parts (at date primary key, a int) partition by range (at);
        create table parts_1 partition of parts for values from ('2020-01-01') to ('2021-01-01'); create index parts_a on only parts (a)`,
      words: {
        because: "each partition needs an index of its own",
        by: "create index parts_1_a on parts_1 (a); alter index parts_a attach partition parts_1_a",
      },
    },
  ],
  "index-duplicate": [
    { sql: 'create table t (a int primary key, b int); create index one on t (b); create index "Two two" on t (b)' },
    {
      sql: "create table parts (a int, b int, primary key (a)) partition by range (a); create index one on parts (b); create index two on parts (b)",
    },
    {
      sql: "create table parent (a int primary key, b int); create index on parent (b); create index on parent (b); create table child (primary key (a)) inherits (parent)",
    },
    {
      sql: "create table t (a int primary key, b int unique); alter table t add constraint again unique (b)",
      words: { because: "foreign keys can refer to the constraint", by: "alter table t drop constraint again" },
    },
  ],
  "index-overlapping": [
    { sql: "create table t (a int primary key, b int); create index one on t (b); create index two on t (b, a)" },
    {
      sql: "create table parts (a int primary key, b int) partition by range (a); create index one on parts (b); create index two on parts (b, a)",
    },
  ],
  "constraint-not-validated": [
    {
      sql: `create table t (a int primary key, b int); alter table t add constraint "A b" check (a > 0) not valid; create domain d as int;
        alter domain d add constraint positive check (value > 0) not valid; alter table t add foreign key (b) references t not valid;
        create table child (c int primary key) inherits (t); create schema "S s"; create domain "S s"."D d" as int;
        alter domain "S s"."D d" add constraint "P p" check (value > 0) not valid`,
    },
    {
      sql: `create extension file_fdw; create server files foreign data wrapper file_fdw;
        create foreign table f (a int) server files options (program 'true'); alter table f add constraint positive check (a > 0) not valid`,
    },
    { sql: `create table n (id int primary key, "A a" int); alter table n add constraint "N n" not null "A a" not valid`, since: 18 },
    {
      sql: `create table target (id int primary key); create table parts (id int primary key, a int) partition by range (id);
        create index on parts (a); alter table parts add constraint "F f" foreign key (a) references target not valid`,
      since: 18,
    },
  ],
  "foreign-key-unindexed": [
    { sql: 'create table t (a int primary key, "B c" int references t); create table child (d int primary key) inherits (t)' },
    {
      sql: `create table t (a int primary key); create table parts (id int primary key, b int references t) partition by range (id);
        create table parts_1 partition of parts for values from (1) to (9)`,
    },
  ],
  "foreign-key-types": [
    {
      sql: "create table t (a bigint primary key, b int references t); create index on t (b)",
      words: { because: "changing a type rewrites the table", by: "alter table t alter column b type bigint" },
    },
  ],
  "table-without-primary-key": [
    { sql: 'create table t (a int); create table "U u" (a int not null); create unique index "I i" on "U u" (a)' },
    { sql: "create table parent (a int not null); create unique index on parent (a); create table child (b int) inherits (parent)" },
    {
      sql: "create table taken (id int not null)",
      words: { because: "the columns that identify a row depend on the rows", by: "alter table taken add primary key (id)" },
    },
    {
      sql: "create type pair as (a int, b int); create table typed of pair (a not null)",
      words: { because: "Postgres adds no column to a typed table", by: "alter table typed add primary key (a)" },
    },
    {
      sql: "create table parent (a int not null no inherit); create unique index on parent (a); create table child () inherits (parent)",
      words: {
        because: "the constraint must become one that children inherit",
        by: "alter table parent alter column a drop not null; alter table parent add primary key using index parent_a_idx; alter table child add primary key (a)",
      },
      since: 18,
    },
  ],
  "sequence-near-end": [
    {
      sql: "create table t (a smallserial primary key); select setval('t_a_seq', 32000)",
      words: {
        because: "changing a type rewrites the table",
        by: "alter table t alter column a type bigint; alter sequence t_a_seq as bigint",
      },
    },
    {
      sql: "create table t (a smallint generated always as identity primary key); select setval('t_a_seq', 32000)",
      words: {
        because: "changing a type rewrites the table",
        by: "alter table t alter column a type bigint; alter sequence t_a_seq as bigint",
      },
    },
    {
      sql: "create sequence s maxvalue 100; select setval('s', 99)",
      words: { because: "the new end depends on what uses the numbers", by: "alter sequence s maxvalue 100000" },
    },
  ],
  "sequence-behind": [
    { sql: "create table t (a int primary key generated by default as identity); insert into t values (100)" },
    { sql: `create schema "It's"; create table "It's"."T t" ("A a" serial primary key); insert into "It's"."T t" values (100)` },
  ],
  "trigger-disabled": [
    {
      sql: `create table t (a int primary key); create function f() returns trigger language plpgsql as 'begin return new; end';
        create trigger "T one" before insert on t for each row execute function f(); alter table t disable trigger "T one"`,
    },
    {
      sql: `create table parts (a int primary key) partition by range (a); create table "P 1" partition of parts for values from (1) to (9);
        create function f() returns trigger language plpgsql as 'begin return new; end';
        create trigger "T one" after insert on parts for each row execute function f(); alter table "P 1" disable trigger "T one"`,
    },
    {
      sql: 'create table "T t" (a int primary key, b int references "T t"); create index on "T t" (b); alter table "T t" disable trigger all',
    },
  ],
  "row-security-without-policies": [
    { sql: "create table t (a int primary key); alter table t enable row level security; grant select on t to public" },
    { sql: "create table t (a int primary key); alter table t enable row level security; grant select (a) on t to public" },
    {
      sql: "create table t (a int primary key); alter table t enable row level security",
      words: { because: "nothing is hidden from anybody; no statement may give rights", by: "drop table t" },
    },
  ],
  "policies-without-row-security": [{ sql: 'create table "T t" (a int primary key); create policy p on "T t"' }],
  "definer-without-search-path": [
    {
      sql: "create function f() returns int language sql security definer as 'select 1'; create procedure p() language sql security definer as 'select 1'",
      words: {
        because: "the schemas depend on the body",
        by: "alter routine f() set search_path = public, pg_temp; alter routine p() set search_path = public, pg_temp",
      },
    },
  ],
  "function-broken": [
    {
      sql: "create table t (a int primary key, b int); create function f() returns int language sql as 'select b from t'; alter table t drop column b",
      words: {
        because: "only people know what the function must return",
        by: "create or replace function f() returns int language sql as 'select a from t'",
      },
    },
  ],
  "functions-not-checked": [{ sql: "drop extension plpgsql; create function f() returns int language sql as 'select 1'" }],
  "owner-different": [
    {
      sql: `create table one (a int primary key); create table two (a int primary key); create table three (a int primary key);
        create view seen as select 1 as a; alter table two owner to pg_monitor; alter view seen owner to pg_monitor`,
      words: {
        because: "a view or function of another owner has the rights of that owner",
        by: "alter table two owner to current_user; alter view seen owner to current_user",
      },
    },
  ],
  "collation-stale": [
    { sql: `create collation "G g" (provider = icu, locale = 'de', version = '1'); create table t (a text collate "G g" primary key)` },
  ],
};

async function make(sql: string): Promise<void> {
  for (const [at, statement] of sql.split(";;").entries()) {
    await session.query(statement).catch((thrown: unknown) => {
      if (at === 0 || !/concurrently/.test(statement)) throw thrown;
    });
  }
}

/** The codes of all findings except the line about tables that nobody but their owner uses. */
async function codes(): Promise<readonly AuditCode[]> {
  const { findings } = await auditDatabase({ session, now: new Date() });
  return findings
    .filter(({ object, code }) => object.kind !== "schema" || code !== "row-security-without-policies")
    .map(({ code }) => code);
}

/** The complete statements of a remedy. */
function statementsIn(remedy: string): readonly string[] {
  return [...remedy.matchAll(/\b(?:alter|create|drop|revoke|grant|reindex|select) [^;]*;/g)]
    .map(([text]) => text)
    .filter((text) => !text.includes("…"));
}

const findingsOf = async (code: AuditCode): Promise<readonly AuditFinding[]> =>
  (await auditDatabase({ session, now: new Date() })).findings.filter((found) => found.code === code);

const ALL = Object.entries(CASES).flatMap(([code, cases]) =>
  typeof cases === "string" ? [] : cases.map((one, at) => [`${code} (form ${at + 1})`, code as AuditCode, one] as const),
);

const SERVERS: readonly (readonly [name: string, major: number | undefined])[] = [
  ["the default server", undefined],
  ["PostgreSQL 15", 15],
];

describe.each(SERVERS)("on %s", { tags: "proof" }, (_name, major) => {
  const possible = ALL.filter(([, , { since = 0 }]) => major === undefined || since <= major);
  test.each(possible)("the advice of %s is accepted by Postgres and removes the finding", async (_, code, { sql, words }) => {
    if (major !== undefined) {
      const binaries = await findMajor(major);
      if (binaries === undefined) return;
      await onServer((await sharedServer(binaries)).url);
    }
    await make(sql);
    const found = await findingsOf(code);
    const before = await codes();
    expect(found.length).toBeGreaterThan(0);
    const statements = found.map((finding) => statementsIn(messageFor(finding, AUDIT).remedy));
    // Each finding has a statement to run, or the table above says why it has none.
    expect(statements.every(({ length }) => length > 0)).toBe(words === undefined);
    if (words === undefined) for (const statement of statements.flat()) await session.query(statement);
    else await session.query(words.by);
    expect((await codes()).filter((each) => each === code || !before.includes(each))).toEqual([]);
  });
});

test("the advice for the collation of a database is accepted by Postgres and removes the finding", async () => {
  const server = inject("serverUrl");
  const name = `Remedies ${randomBytes(4).toString("hex")}`;
  await session.query(`create database "${name}" template template0 locale_provider icu icu_locale 'de'`);
  await session.close();
  session = await connect(withDatabase(server, name));
  await session.query("set allow_system_table_mods = on");
  await session.query("update pg_database set datcollversion = '1' where datname = current_database()");
  const [found] = await findingsOf("collation-stale");
  expect(found).toMatchObject({ object: { kind: "database", name: `"${name}"` } });
  for (const statement of statementsIn(found === undefined ? "" : messageFor(found, AUDIT).remedy)) await session.query(statement);
  expect(await findingsOf("collation-stale")).toEqual([]);
});

test("no advice gives rights", () => {
  for (const [code, about] of Object.entries(AUDIT.kinds)) {
    const text = String(about.message);
    expect([code, /\bgrant\b(?! option)|disable row level|to public/i.exec(text)?.[0]]).toEqual([code, undefined]);
  }
});
