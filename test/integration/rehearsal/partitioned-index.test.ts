// The judge is psql: the advised statements, pasted as they are printed, and the index that they leave.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { readState } from "../../../src/rehearsal/observe/relations.ts";
import { subjectOf } from "../../../src/rehearsal/judge/subject.ts";
import { kindOf } from "../../../src/rehearsal/sql/kinds.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { namesIn } from "../../../src/rehearsal/sql/names.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const BEFORE = `create schema app; create schema "Other ""X""";
create table app.event (id int, at date, kind text) partition by range (at);
create table app.event_1 partition of app.event for values from ('2025-01-01') to ('2026-01-01');
create table "Other ""X"""."Event 2" partition of app.event for values from ('2026-01-01') to ('2027-01-01') partition by list (kind);
create table "Other ""X"""."Event 2 a" partition of "Other ""X"""."Event 2" for values in ('a');
create table app.event_2b partition of "Other ""X"""."Event 2" for values in ('b');
insert into app.event values (1, '2025-03-01', 'a'), (2, '2026-03-01', 'a'), (3, '2026-03-01', 'b');
create table app.empty (id int) partition by range (id);
create index event_1_kind_idx on app.event_1 (kind)`;

const NAMES = "select indexrelid::regclass::text as name, indisvalid as valid from pg_index order by 1";

test.each([
  "create index on app.event (kind)",
  "create index event_kind on app.event (kind) where id > 0",
  "create index if not exists event_both on app.event using btree (lower(kind), id desc) include (at)",
  'create unique index "Odd Index" on app.event (id, at, kind)',
  "create index on app.empty (id)",
])("the advice for %s ends with a valid index in psql", { timeout: 60_000 }, async (sql) => {
  const url = await newDatabase("partitioned_index");
  const relations = await withSession(url, async (session) => {
    await session.query(BEFORE);
    return [...(await readState(session)).relations.values()];
  });
  const tokens = tokensOf(sql);
  const part = { tokens, kind: kindOf(tokens), names: namesIn(tokens), at: undefined };
  const sent = { session: "s", sql, startMs: 0, endMs: 1, tags: [], sqlstate: undefined, mark: undefined, isExact: true };
  const statement = { sent, startMs: 0, endMs: 1, pid: 1, transaction: 0, parts: [part], count: 1, migration: undefined, isQuiet: false };
  const { subject } = subjectOf(
    { statement, part },
    {
      files: migrationFiles([]),
      major: 17,
      literals: true,
      relations,
      partitioned: relations.filter(({ kind }) => kind === "p"),
      schema: { tables: [], taken: ["event_1_kind_idx"] },
    },
  );
  const psql = promisify(execFile)("psql", ["-X", "-d", url, "-v", "ON_ERROR_STOP=1"]);
  psql.child.stdin?.end(subject.sql.map((each) => `${each};\n`).join(""));
  await psql;
  const indexes = await withSession(url, (session) => session.query<{ name: string; valid: boolean }>(NAMES));
  expect(indexes.filter(({ valid }) => !valid)).toEqual([]);
  const parents = await withSession(url, (session) =>
    session.query("select indrelid::regclass::text as name from pg_index where indrelid in ('app.event'::regclass, 'app.empty'::regclass)"),
  );
  expect(parents).toHaveLength(1);
  // Nothing is built under a lock that blocks writers, except where there is no row.
  expect(subject.sql.filter((each) => each.startsWith("create ") && !/ (concurrently|on only) /.test(each))).toEqual([]);
});
