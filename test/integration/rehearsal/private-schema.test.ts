// @module-tag proof
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RENDERERS } from "../../../src/findings/report/renderers.ts";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";

let project: Project;

beforeAll(async () => {
  const server = (await sharedServer(await findMajor(15))).url;
  const production = await newDatabase("made_names", { server });
  await withSession(production, async (session) => {
    await session.query("create table account (id int, note text default 'kept before', state text)");
    await session.query(
      "insert into account select g, 'rowsecret-' || g || '-account@example.org', 'st' from generate_series(734511, 734515) g",
    );
    await session.query("create type mood as enum ('glad')");
    await session.query("create function f() returns int language sql as 'select 1'");
  });
  project = await makeProject({ PRODUCTION: production });
  await mkdir(join(project.directory, "migrations"));
}, 120_000);
afterAll(() => project.remove());

const SECRET = /rowsecret|example\.org|73451/i;
/** Runs dynamic SQL for one account, with `%1$I` and `%1$L` for its note, and `%2$s` for its number. */
const made = (sql: string): string =>
  `do $x$ declare r record; begin select * into r from account where id > 734512 order by id limit 1;
   execute format($y$${sql}$y$, r.note, r.id, 'ck_' || r.note); end $x$`;

async function rehearse(sql: string): Promise<{ readonly all: string; readonly result: Rehearsal }> {
  await project.write("migrations/001_made.sql", `${sql};\n`);
  const formats = Object.keys(RENDERERS);
  const reports = formats.flatMap((format) => ["--report", `${format}=report.${format}`]);
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--from", "PRODUCTION", "--no-alternatives", "--json", ...reports], {
    OFFSHOOT_SUMMARY: "summary.md",
    GITHUB_STEP_SUMMARY: join(project.directory, "page.md"),
  });
  expect({ code, stderr }).toMatchObject({ code: expect.toBeOneOf([0, 10]) });
  const read = (file: string): Promise<string> => readFile(join(project.directory, file), "utf8").catch(() => "");
  const written = await Promise.all([...formats.map((format) => `report.${format}`), "page.md"].map(read));
  return { all: [stdout, stderr, ...written].join("\n"), result: JSON.parse(stdout) as Rehearsal };
}

test.each([
  "create table %1$I (id int, %3$I text default %1$L, n int default %2$s)",
  "alter table account add column %1$I int default %2$s",
  "alter table account alter column state set default %1$L",
  "alter table account alter column note set default %1$L",
  "alter table account add constraint %3$I check (state <> %1$L and id <> %2$s) not valid",
  "create index %1$I on account (id) where note = %1$L and id > %2$s",
  "create type %1$I as enum (%1$L, %3$L)",
  "alter type mood add value %1$L",
  "create domain %1$I as text check (value <> %1$L)",
  "create schema %1$I create table t (id int)",
  "create sequence %1$I start %2$s",
  "create view %1$I as select id as %3$I from account where note = %1$L",
  "create policy %1$I on account using (note = %1$L)",
  "create function %1$I(%3$I int default %2$s) returns text language sql as $z$ select 'x'::text $z$",
  "comment on table account is %1$L",
  "alter table account rename to %1$I",
  "create type %1$I as (%3$I text)",
  "create statistics %1$I on id, note from account",
  "create publication %1$I for table account",
])("no report has the value of a row with which dynamic SQL makes a name or a constant: %s", { timeout: 120_000 }, async (sql) => {
  const { all, result } = await rehearse(made(sql));
  expect(all).not.toMatch(SECRET);
  expect(result.outcome).toBe("succeeded");
  expect(result.schema?.changes).not.toEqual([]);
  // "account" is a table and a part of each value.
  expect(JSON.stringify(result.schema)).not.toMatch(/-account|account@/);
});

const makesColumn = `language plpgsql as $f$ begin
  if to_regclass('made') is null then
    create table made ();
    execute (select format('alter table made add column %I text default %L', note, note) from account order by id limit 1);
  end if;`;

test.each([
  [
    "a default",
    `create function made_once() returns int ${makesColumn} return 1; end $f$;
     create table used (id int default made_once()); insert into used default values`,
  ],
  [
    "a view",
    `create function made_once() returns int ${makesColumn} return 1; end $f$;
     create view used as select made_once() as n; create table other as select n from used`,
  ],
])("a function that %s calls is code that ran", { timeout: 120_000 }, async (_, sql) => {
  const { all, result } = await rehearse(sql);
  expect(all).not.toMatch(SECRET);
  expect(JSON.stringify(result.schema?.changes)).toMatch(/made\b.*…/);
});

test(
  "beside dynamic SQL, the names and constants of the statements, of the database and of Postgres are shown",
  { timeout: 120_000 },
  async () => {
    const { all, result } = await rehearse(
      [
        made("create table %1$I (id int)"),
        'create table "Order Item" (id bigserial primary key)',
        `alter table account add column "new code" varchar(37) not null default 'new order', add column at timestamptz default '2026-01-02',
         add column day date default '2026-03-04', add column kind mood default 'glad', add unique ("new code", id), add check (id > 42)`,
        "create index on account (lower(note)) where note <> 'old one'",
        "alter table account alter column state set default 'open'",
        "alter table account add column total numeric(12,2) default 1.50",
        "create type color as enum ('dark red', 'blue')",
        "drop type if exists nothing",
      ].join(";\n"),
    );
    expect(all).not.toMatch(SECRET);
    const changes = result.schema?.changes ?? [];
    const hidden = changes.filter((each) => JSON.stringify(each).includes("…"));
    expect(hidden.map(({ kind, object }) => [kind, object])).toEqual([["table", 'public."…"']]);
    const text = JSON.stringify(changes);
    for (const shown of [
      "account_new code_id_key",
      "account_id_check",
      "account_lower_idx",
      "'open'",
      "'new order'",
      "old one",
      "2026-03-04",
      "2026-01-02",
      "1.50",
      "dark red",
      "character varying(37)",
    ])
      expect(text).toContain(shown);
  },
);

test("names that a program makes are shown, because they are in the statements that it sends", { timeout: 120_000 }, async () => {
  await project.write(
    "change.mjs",
    `import pg from ${JSON.stringify(import.meta.resolve("pg"))};
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const name = ["account", "note", "uniq" + "ue"].join("_");
await client.query("alter table account add constraint " + name + " unique (note)");
await client.query("do $$ begin perform 1; end $$");
await client.query("alter table account add column made_by_" + "program text default 'by pro' || 'gram'");
await client.end();
`,
  );
  const { stdout } = await project.offshoot([
    "rehearse",
    "--from",
    "PRODUCTION",
    "--no-alternatives",
    "--json",
    "--",
    "node",
    "change.mjs",
  ]);
  const { schema } = JSON.parse(stdout) as Rehearsal;
  const text = JSON.stringify(schema);
  expect(text).toContain("account_note_unique");
  expect(text).toContain("made_by_program");
  expect(text).not.toContain("…");
});
