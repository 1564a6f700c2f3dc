// @module-tag proof
import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { RENDERERS } from "../../../src/findings/report/renderers.ts";
import { advise } from "../../../src/rehearsal/advice/advise.ts";
import { kindOf } from "../../../src/rehearsal/sql/kinds.ts";
import { tokensOf } from "../../../src/postgres/sql/tokens.ts";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
let production: string;

/** The row `3` has the secret. */
const RAISES = `do $x$ declare r record; begin
  select * into r from account where id = 3;
  raise exception 'bad row %', r.note;
end $x$;
`;

beforeAll(async () => {
  const binaries = await findMajor(15);
  production = await newDatabase("raising", { server: (await sharedServer(binaries)).url });
  await withSession(production, async (session) => {
    await session.query("create table account as select g as id, 'rowsecret-' || g as note from generate_series(1, 5) g");
    await session.query("create table part (id int, u int) partition by list (id)");
    await session.query("create table part_1 partition of part for values in (1)");
    await session.query("create table part_2 partition of part for values in (2)");
    await session.query("insert into part values (1, null), (1, null), (2, 777), (2, 888)");
  });
  project = await makeProject({ PRODUCTION: production });
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/001_check.sql", RAISES);
  await project.write("migrations/002_later.sql", "alter table account alter column id type bigint;\n");
}, 120_000);
afterAll(() => project.remove());

test.each(Object.keys(RENDERERS))(
  "what a migration raises is not in the report as %s, and the place of its DO block is",
  async (format) => {
    const { code, stdout, stderr } = await project.offshoot(["rehearse", "--from", "PRODUCTION", "--report", format]);
    expect({ code, stderr }).toMatchObject({ code: 10 });
    expect(stdout + stderr).not.toContain("rowsecret");
    expect(stdout).toContain("001_check");
    expect(stdout).toContain("P0001");
  },
);

test.each([
  "do $$ declare r record; begin for r in select note from account loop execute format('select * from %I', r.note); end loop; end $$",
  "do $$ declare r record; begin for r in select note from account loop execute format('select a.%I from account a', r.note); end loop; end $$",
  "do $$ declare r record; begin for r in select note from account loop execute format('select %I(1)', r.note); end loop; end $$",
  "do $$ declare r record; begin for r in select note from account loop execute r.note; end loop; end $$",
  `select replace(note, '-', '_')::regtype from account`,
  `select replace(note, '-', '_')::regproc from account`,
  `select has_table_privilege(replace(note, '-', '_'), 'SELECT') from account`,
  "select set_config(replace(note, '-', '_'), '1', true) from account",
  "select convert_from('a'::bytea, note) from account",
  "select date_trunc(note, now()) from account",
  "select query_to_xml('select ' || replace(note, '-', '_'), true, true, '') from account",
  "do $$ begin raise exception 'x' using errcode = '23505', constraint = (select max(note) from account), table = (select max(note) from account), column = (select max(note) from account); end $$",
])("no report has the value of a row that an error uses as a name: %s", async (sql) => {
  await project.write("migrations/001_check.sql", `${sql};\n`);
  const formats = Object.keys(RENDERERS);
  const reports = formats.flatMap((format) => ["--report", `${format}=report.${format}`]);
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--from", "PRODUCTION", "--json", ...reports]);
  expect({ code, stderr }).toMatchObject({ code: 10 });
  const written = await Promise.all(formats.map((format) => readFile(join(project.directory, `report.${format}`), "utf8")));
  expect([stdout, stderr, ...written].join("\n")).not.toMatch(/rowsecret/i);
  expect(stdout).toContain('"error": ');
});

test("the error of a migration names the table and the column that it is about", async () => {
  await project.write(
    "migrations/001_check.sql",
    "alter table part add column team int; alter table part alter column team set not null;\n",
  );
  const { stdout } = await project.offshoot(["rehearse", "--from", "PRODUCTION"]);
  expect(stdout).toContain('column "team" of relation "part_1" contains null values');
});

test("the report says that the later migrations were not rehearsed, and why no log is shown", async () => {
  const { stdout } = await project.offshoot(["rehearse", "--from", "PRODUCTION"]);
  expect(stdout).toContain("What comes after the failed statement was not rehearsed.");
  expect(stdout).toContain("wal_level = minimal");
  expect(stdout).not.toContain("of log written");
});

test("the advised batches change no row of a partition that has its value already", async () => {
  const tokens = tokensOf("alter table part add column u int default (random() * 10)::int");
  const batch = advise({ tokens, kind: kindOf(tokens), names: [], at: undefined }, 15).sql.find((sql) => sql.includes("ctid")) ?? "";
  await withSession(production, async (session) => {
    await session.query(batch.replace("$1", "2"));
    expect(await session.query("select id, u is not null as filled, u > 700 as kept from part order by id, u")).toEqual([
      { id: 1, filled: true, kept: false },
      { id: 1, filled: true, kept: false },
      { id: 2, filled: true, kept: true },
      { id: 2, filled: true, kept: true },
    ]);
  });
});

test("what of a table could not be restored is an error if the migrations use it, and a warning if not", { timeout: 60_000 }, async () => {
  await withSession(production, async (session) => {
    await session.query("create table rate (code text)");
    await session.query("insert into rate values ('a')");
    await session.query(
      "create function known(c text) returns boolean language plpgsql as $$ begin return exists (select from rate where code = c); end $$",
    );
    await session.query("create table account_big (id int, code text check (known(code)))");
    await session.query("insert into account_big select g, 'a' from generate_series(1, 100) g");
    await session.query("create table other_big (code text check (known(code)))");
    await session.query("insert into other_big values ('a')");
    // An index and a list of partitions by a function of a function, which pg_restore does not find.
    await session.query("create function inner_of(t text) returns text language sql immutable as 'select $1'");
    await session.query(
      "create function lowered(t text) returns text language plpgsql immutable as 'begin return lower(inner_of($1)); end'",
    );
    await session.query("create table indexed (id int, mail text); insert into indexed values (1, 'a')");
    await session.query("create unique index indexed_mail on indexed (lowered(mail))");
    await session.query("create table split (id int, k text) partition by list (lowered(k))");
    await session.query("create table split_a partition of split for values in ('a'); insert into split values (1, 'A')");
    // A value with a line as of pg_restore, in an error that code raises.
    await session.query(
      "create function refuse(t text) returns boolean language plpgsql immutable as $$ begin perform 1 from rate; return true; exception when others then raise exception 'cannot check %', t; end $$",
    );
    await session.query("create table forged (id int, t text check (refuse(t)))");
    await session.query("insert into forged values (1, E'Mr rowsecret\\npg_restore: error: rowsecret3')");
  });
  await project.write(
    "migrations/001_check.sql",
    "alter table account_big alter column id type bigint;\nalter table indexed add column n int;\nalter table split add column n int;\n",
  );
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--from", "PRODUCTION", "--json"]);
  expect(code).toBe(10);
  expect(stdout + stderr).not.toContain("rowsecret");
  const { findings, copy } = JSON.parse(stdout) as Rehearsal;
  const missing = findings.filter(({ code: kind }) => kind.endsWith("-missing"));
  expect(new Set(missing.map(({ code: kind, object, severity }) => `${kind} ${object.name} ${severity}`))).toEqual(
    new Set([
      "parts-missing public.indexed error",
      "rows-missing public.account_big error",
      "rows-missing public.forged warning",
      "rows-missing public.other_big warning",
      "rows-missing public.split_a error",
    ]),
  );
  expect(JSON.stringify(missing)).toContain("index public.indexed_mail");
  expect(copy.gaps.join()).toMatch(/index public\.indexed_mail on public\.indexed.*function inner_of\(text\) does not exist/);
});

test("the log of the local server has no row of a copy", { timeout: 60_000 }, async () => {
  const { code } = await rehearseCommand(
    `psql "$DATABASE_URL" -c "create unique index on account ((1), left(note, 9))" -c "do 'begin raise warning ''row %'', (select note from account where id = 2); end'" -c "select note::int from account where note like 'rowsecret-1'"; exit 0`,
  );
  expect(code).toBe(10);
  const log = await readFile(join(project.env["OFFSHOOT_HOME"] ?? "", "postgres-15", "log"), "utf8");
  expect(log.length).toBeGreaterThan(0);
  expect(log).not.toContain("rowsecret");
});

/** Runs a command in place of the migrations, in a shell. `$PRODUCTION` is the server itself, as in the configuration of a tool. */
async function rehearseCommand(script: string): Promise<{ readonly code: number | null; readonly all: string; readonly stdout: string }> {
  const args = ["rehearse", "--from", "PRODUCTION", "--no-alternatives", "--json", "--summary", "summary.md"];
  const page = join(project.directory, "step.md");
  const { code, stdout, stderr } = await project.offshoot([...args, "--", "sh", "-c", script], {
    GITHUB_ACTIONS: "true",
    GITHUB_STEP_SUMMARY: page,
    ELSEWHERE: production,
  });
  const files = await Promise.all([page, join(project.directory, "summary.md")].map((file) => readFile(file, "utf8").catch(() => "")));
  return { code, all: [stdout, stderr, ...files].join("\n"), stdout };
}

test.each([
  [`psql "$ELSEWHERE" -Atc "select note from account"; exit 1`, "not shown"],
  [`psql "$ELSEWHERE" -Atc "select note from account"; no-such-program`, "no-such-program: not found"],
  [`psql "$ELSEWHERE" -c "do 'begin raise exception ''row %'', (select note from account where id = 2); end'"`, "not shown"],
])("the output of a command that connects to another database is not shown: %s", { timeout: 60_000 }, async (script, shown) => {
  const { code, all } = await rehearseCommand(script);
  expect(code).not.toBe(0);
  expect(all).not.toContain("rowsecret");
  expect(all).toContain(shown);
});

test.each([
  [`psql "$DATABASE_URL" -qc "create table made (id int)" && echo rowsecret && exit 3`, "exit status 3"],
  [`psql "$DATABASE_URL" -qc "create table made (id int)" && no-such-program`, "exit status 127: sh: 1: no-such-program: not found"],
])(
  "a tool that fails by itself after its statements is a finding with what was measured: %s",
  { timeout: 60_000 },
  async (script, error) => {
    const { code, all, stdout } = await rehearseCommand(script);
    const { outcome, statements, ...rest } = JSON.parse(stdout) as Rehearsal;
    // Production has tables that cannot be restored, from another test.
    const findings = rest.findings.filter(({ code: kind }) => !kind.endsWith("-missing"));
    expect({ code, outcome, kinds: findings.map(({ code: kind }) => kind) }).toEqual({
      code: 10,
      outcome: "failed",
      kinds: ["migration-fails"],
    });
    expect(findings[0]?.facts).toMatchObject({ error, advice: expect.stringContaining("failed by itself") });
    expect(statements.map(({ sql }) => sql)).toEqual(["create table made (id int)"]);
    expect(all).not.toContain("rowsecret");
  },
);

test("statements that the server refuses are findings, although the command ends with status 0", { timeout: 60_000 }, async () => {
  const { code, stdout } = await rehearseCommand(
    `printf 'create table made (id int);\\ncreate unique index on account ((1));\\nselec;\\nselect 1 from no_such_table;\\nbegin; savepoint s; alter table no_such add x int; rollback to s; commit;\\n' | psql "$DATABASE_URL"`,
  );
  const { findings } = JSON.parse(stdout) as Rehearsal;
  const refused = findings.filter(({ code: kind }) => kind.endsWith("fails") || kind === "fails-on-data");
  expect({ code, refused: refused.map(({ code: kind, severity }) => [kind, severity]) }).toEqual({
    code: 10,
    refused: [
      ["fails-on-data", "error"],
      ["migration-fails", "warning"],
    ],
  });
  expect(JSON.stringify(refused)).toContain("exit status 0 all the same");
});

test("processes that the command leaves are ended, and a warning names them", { timeout: 60_000 }, async () => {
  for (const script of [
    'psql "$DATABASE_URL" -qc "create table left_one (id int)"; (sleep 3333; echo x) & exit 0',
    'psql "$DATABASE_URL" -qc "create table left_two (id int)"; setsid nohup sleep 3334 & exit 0',
  ]) {
    const { code, all } = await rehearseCommand(script);
    expect(code).toBe(0);
    expect(all).toMatch(/left (?:a process|\d processes) running \([^)]*sleep[^)]*\), which offshoot ended/);
  }
  const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
  expect(stdout).not.toMatch(/sleep 333[34]/);
});

test("a value with an apostrophe that a program joins into a statement is in no report", { timeout: 120_000 }, async () => {
  await withSession(production, (session) => session.query("insert into account values (9, 'O''Brien rowsecret rowsecret@mail')"));
  const joined = "select format('update account set id = 8 where note = ''%s''', note) from account where id = 9";
  const script = `printf '%s \\\\gexec\\n' "$1" | psql -v ON_ERROR_STOP=1 "$DATABASE_URL"`;
  const formats = Object.keys(RENDERERS);
  const reports = formats.flatMap((format) => ["--report", `${format}=report.${format}`]);
  const args = ["rehearse", "--from", "PRODUCTION", "--json", ...reports, "--", "sh", "-c", script, "sh", joined];
  const { code, stdout, stderr } = await project.offshoot(args, { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "" });
  expect({ code, stderr }).toMatchObject({ code: 10 });
  const written = await Promise.all(formats.map((format) => readFile(join(project.directory, `report.${format}`), "utf8")));
  expect([stdout, stderr, ...written].join("\n")).not.toMatch(/rowsecret|Brien/i);
  expect(stdout).toContain("42601");
  expect(stdout).toContain("update account set id = ? where note = ? …");
});

/** The environment of the command of a rehearsal. */
async function environmentSeen(passSecrets: string): Promise<string> {
  const script = `env > seen.txt; psql "$DATABASE_URL" -qc "create table seen_${passSecrets} (id int)"`;
  const args = ["rehearse", "--from", "PRODUCTION", "--json", "--", "sh", "-c", script];
  const { code, stderr } = await project.offshoot(args, { OFFSHOOT_PASS_SECRETS: passSecrets, SAME_SERVER: production });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return readFile(join(project.directory, "seen.txt"), "utf8");
}

test("the command does not get the variable of --from, except with passSecrets", { timeout: 120_000 }, async () => {
  expect(await environmentSeen("false")).not.toMatch(/^(?:PRODUCTION|SAME_SERVER)=/m);
  expect(await environmentSeen("true")).toMatch(/^PRODUCTION=/m);
});

test(
  "a role that row-level security hides rows from needs BYPASSRLS, and a missing temporary folder is named",
  { timeout: 60_000 },
  async () => {
    await withSession(production, async (session) => {
      await session.query("create role rls_reader login password 'x' in role pg_read_all_data");
      await session.query("create table hidden (id int); alter table hidden enable row level security");
    });
    onTestFinished(() =>
      withSession(production, async (session) => {
        await session.query("drop table hidden");
        await session.query("drop role rls_reader");
      }),
    );
    const limited = new URL(production);
    [limited.username, limited.password] = ["rls_reader", "x"];
    const refused = await project.offshoot(["rehearse", "--from", "LIMITED"], { LIMITED: limited.href });
    expect(refused).toMatchObject({ code: 13, stderr: expect.stringContaining("Use a role with BYPASSRLS") });
    const folder = join(project.directory, "missing");
    const missing = await project.offshoot(["rehearse", "--from", "PRODUCTION"], { TMPDIR: folder });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("set TMPDIR to another one") });
    expect(missing.stderr).not.toContain("Please report it");
  },
);
