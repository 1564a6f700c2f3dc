import { beforeEach, expect, test } from "vitest";
import { auditDatabase } from "../../../src/audit/audit.ts";
import type { AuditCode } from "../../../src/audit/facts.ts";
import { AUDIT } from "../../../src/audit/source.ts";
import { messageFor } from "../../../src/findings/kind.ts";
import { connect, type Session } from "../../support/session.ts";
import { newDatabase } from "../../support/new-database.ts";

let session: Session;

beforeEach(async () => {
  session = await connect(await newDatabase("remedies"));
  return () => session.close();
});

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

/** For each rule, a schema with its findings. Rules with several forms of advice have each of them. */
const SCHEMAS: readonly (readonly [AuditCode, string])[] = [
  ["overload-ambiguous", "create function f(a int, b int default 0) returns int return 1; create function f(a int) returns int return 1"],
  ["index-duplicate", "create table t (a int primary key, b int); create index one on t (b); create index two on t (b)"],
  ["index-overlapping", "create table t (a int primary key, b int); create index one on t (b); create index two on t (b, a)"],
  [
    "constraint-not-validated",
    `create table t (a int primary key, b int); alter table t add constraint "A b" check (a > 0) not valid; create domain d as int;
     alter domain d add constraint positive check (value > 0) not valid; alter table t add foreign key (b) references t not valid;
     create table child (c int primary key) inherits (t)`,
  ],
  [
    "foreign-key-unindexed",
    'create table t (a int primary key, "B c" int references t); create table child (d int primary key) inherits (t)',
  ],
  ["foreign-key-types", "create table t (a bigint primary key, b int references t); create index on t (b)"],
  ["table-without-primary-key", "create table t (a int); create table u (a int not null); create unique index on u (a)"],
  ["sequence-behind", "create table t (a int primary key generated by default as identity); insert into t values (100)"],
  ["sequence-near-end", "create table t (a smallserial primary key); select setval('t_a_seq', 32000)"],
  [
    "trigger-disabled",
    `create table t (a int primary key); create function f() returns trigger language plpgsql as 'begin return new; end';
     create trigger "T one" before insert on t for each row execute function f(); alter table t disable trigger "T one"`,
  ],
  [
    "row-security-without-policies",
    "create table t (a int primary key); alter table t enable row level security; grant select on t to public",
  ],
  ["policies-without-row-security", "create table t (a int primary key); create policy p on t"],
  ["definer-without-search-path", "create function f() returns int language sql security definer as 'select 1'"],
  [
    "function-broken",
    "create table t (a int primary key, b int); create function f() returns int language sql as 'select b from t'; alter table t drop column b",
  ],
];

/** Advice in words, which depends on what the database is for. */
const IN_WORDS = ["overload-ambiguous", "foreign-key-types", "sequence-near-end", "function-broken", "definer-without-search-path"];

test.each(SCHEMAS)("the statement that the rule %s advises runs and removes the finding", async (code, sql) => {
  await session.query(sql);
  const found = await remedies(code);
  expect(found.length).toBeGreaterThan(0);
  const executable = found.filter((remedy) => /\b(?:alter|create|drop|revoke|reindex|select) [^…]*;/.test(remedy));
  expect([code, executable.length]).toEqual([code, IN_WORDS.includes(code) ? 0 : found.length]);
  for (const remedy of executable) await follow(remedy);
  const left = (await auditDatabase({ session, now: new Date() })).findings.filter(
    (finding) => finding.code === code && finding.object.kind !== "schema",
  );
  expect(left.length).toBe(IN_WORDS.includes(code) ? found.length : 0);
});
