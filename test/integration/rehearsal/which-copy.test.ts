// @module-tag proof
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { literal } from "../../../src/postgres/identifier.ts";
import { withDatabase } from "../../../src/postgres/url.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { withSession } from "../../support/session.ts";

let project: Project;

const SLOW = { timeout: 240_000 };
const CONFIG = "migrations:\n  tool: sql\n  folder: db\n";
/** Blocks readers and writers long enough for every machine, only where the table exists before. */
const BLOCKS = "alter table person add mail text; select pg_sleep(1);\n";

beforeAll(async () => {
  project = await makeProject();
});
beforeEach(async () => {
  await rm(join(project.directory, "db"), { recursive: true, force: true });
  await mkdir(join(project.directory, "db"));
  await project.write("offshoot.yaml", CONFIG);
});
afterAll(() => project.remove());

const offshoot = (...args: readonly string[]): ReturnType<Project["offshoot"]> => project.offshoot(args);

const command = (later: string): string => `migrations:\n  command: sh apply.sh\n  files: [db]\n  env: { LATER: "${later}" }\n`;

/** As a person: the run is that of the folder, and keeps its database while the migrations change. */
const desk = (...args: readonly string[]): ReturnType<Project["offshoot"]> => project.offshoot(args, { OFFSHOOT_RUN: undefined });

const rehearse = async (...args: readonly string[]): Promise<Rehearsal> =>
  JSON.parse((await offshoot("rehearse", "--json", ...args)).stdout) as Rehearsal;

/** Makes a base of the files as they are now, with a run that ends. */
const makeBase = async (run: string, ...args: readonly string[]): Promise<void> => {
  const { code, stderr } = await offshoot("run", "--run", run, ...args, "--", "true");
  expect([code, stderr]).toEqual([0, expect.any(String)]);
};

/** The base of another project, which is newer than all others. */
const makeUnrelatedBase = async (): Promise<void> => {
  await mkdir(join(project.directory, "other"), { recursive: true });
  await project.write("other/0001_base.sql", `create table unrelated_${Date.now()} (id int);\n`);
  await project.write("other.yaml", "migrations:\n  tool: sql\n  folder: other\n");
  await makeBase("unrelated", "-c", "other.yaml");
};

test("run, up and migrate rehearse on this run's database if it has migrations, and not on a newer base", SLOW, async () => {
  await project.write("db/0001_base.sql", "create table person (id int primary key);\n");
  expect((await desk("up", "--migrate")).code).toBe(0);
  const { DATABASE_URL_UNPOOLED: url = "" } = JSON.parse((await desk("env", "--format", "json")).stdout) as Record<string, string>;
  await withSession(url, (session) => session.query("insert into person values (1)"));
  await makeUnrelatedBase();
  await project.write("db/0002_change.sql", BLOCKS);
  const jobs = await Promise.all([desk("run", "--rehearse", "--", "true"), desk("migrate", "--rehearse")]);
  for (const { code, stderr } of jobs) {
    expect([code, stderr]).toEqual([10, expect.stringContaining("readers are blocked")]);
    expect(stderr).toMatch(/rehearsed on a copy of this run's database \S+ \(embedded, \d+ (s|min) old\), PostgreSQL/);
  }
  expect(jobs.map(({ stderr }) => stderr).join("")).toMatch(/findings? on a copy of this run's database/);
  // A migration that fails on rows fails there too.
  await project.write("db/0002_change.sql", "alter table person add mail text not null;\n");
  const failed = await desk("up", "--migrate", "--rehearse");
  expect([failed.code, failed.stderr]).toEqual([10, expect.stringContaining("fails")]);
  // Another session keeps the database from being copied: the base of its migrations is a substitute, which is said. Its rows are others.
  await withSession(url, async () => {
    const busy = await desk("migrate", "--rehearse", "--retry");
    expect(busy.code).toBe(11);
    expect(busy.stderr).toMatch(
      /was not copied .* other sessions are open .* rehearsed on a copy of the base .* can be older and has other rows/,
    );
  });
  await project.write("db/0002_change.sql", "alter table person add mail text;\n");
  const passed = await desk("migrate", "--rehearse", "--retry");
  expect([passed.code, passed.stderr]).toEqual([0, expect.stringMatching(/(?:no findings|1 finding) on a copy of this run's database/)]);
  // The copy has the earlier text, and its figures are those of that text. The command of this rehearsal is another one.
  await project.write("db/0001_base.sql", "create table person (id bigint primary key);\n");
  await project.write("db/0003_next.sql", "select 1;\n");
  const changed = JSON.parse((await desk("rehearse", "--json")).stdout) as Rehearsal;
  expect(changed.copy).toMatchObject({ applied: 2, pending: 1 });
  expect(changed.copy.gaps.join("\n")).toMatch(/^0001_base\S* was changed after it ran in the database of the copy/m);
  await desk("down");
});

test("a new run rehearses on the newest base of its own past, and skips those of others", SLOW, async () => {
  await project.write("db/0001_base.sql", "create table person (id int primary key); insert into person values (1);\n");
  await makeBase("first");
  await project.write("db/0002_branch.sql", "alter table person add tok text;\n");
  await makeBase("branch");
  await makeUnrelatedBase();
  // As after a change to another git branch: the second migration is another one.
  await rm(join(project.directory, "db/0002_branch.sql"));
  await project.write("db/0002_other.sql", "alter table person add tok int;\n");
  const { code, stderr } = await offshoot("run", "--run", "fresh", "--rehearse", "--", "true");
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/(?:no findings|1 finding) on a copy of the base base\/\w+ \(embedded, \d+ s old\)/),
  ]);
  const { copy, migrations } = await rehearse("--run", "other");
  expect([copy.applied, copy.isEmpty, migrations.map(({ name }) => name)]).toEqual([1, false, ["0002_other"]]);
  // A file that was changed after it was applied makes another state.
  await project.write("db/0001_base.sql", "create table person (id int primary key, age int); insert into person values (1);\n");
  const changed = await rehearse("--run", "other");
  expect(changed.copy).toMatchObject({ isEmpty: true, applied: 0, description: expect.stringContaining("an empty database") });
});

test("says that nothing was judged on rows where no copy fits", SLOW, async () => {
  await project.write("db/0001_alone.sql", "create table alone (id int primary key);\n");
  await makeUnrelatedBase();
  const summary = join(project.directory, "summary.md");
  const { code, stderr } = await offshoot("run", "--run", "alone", "--rehearse", "--summary", summary, "--", "true");
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining("the migrations run on an empty database (embedded); nothing was judged on rows"),
  ]);
  expect(stderr).not.toContain("no findings");
  await project.write("db/0001_alone.sql", "create table alone (id int primary key, name text);\n");
  const { stdout } = await offshoot("rehearse", "--run", "alone2");
  expect(stdout).toContain("so all migrations ran from the beginning and nothing was judged on rows");
  expect(stdout).toContain("The migrations run on an empty database: no findings (nothing was judged on rows).");
});

test("proves a base of an earlier version by its migrations, and one of a command by its files", SLOW, async () => {
  await project.write("db/0001_old.sql", "create table old (id int primary key);\n");
  await makeBase("old");
  expect((await offshoot("up", "--migrate", "--run", "keep")).code).toBe(0);
  const env = JSON.parse((await offshoot("env", "--format", "json", "--run", "keep")).stdout) as Record<string, string>;
  const server = withDatabase(env["DATABASE_URL_UNPOOLED"] ?? "", "postgres");
  await withSession(server, async (session) => {
    const bases = await session.query<{ name: string; comment: string }>(
      "select datname as name, shobj_description(oid, 'pg_database') as comment from pg_database where datistemplate and datname like 'offshoot_template_%'",
    );
    for (const { name, comment } of bases) {
      expect(comment).toContain('"scope"');
      const before = comment.replace(/,"(?:scope|files)":"[^"]*"/g, "");
      await session.query(`comment on database "${name}" is ${literal(before)}`);
    }
  });
  await project.write("db/0002_next.sql", "alter table old add name text;\n");
  expect((await rehearse("--run", "next")).copy).toMatchObject({ applied: 1, isEmpty: false });
  // offshoot does not know what a command applies: only the record of the files shows it.
  await project.write(
    "apply.sh",
    'for file in db/*.sql; do test "$file" = db/0001_old.sql -a -n "$LATER" || psql -X -q -v ON_ERROR_STOP=1 -f "$file" "$DATABASE_URL" || exit 1; done\n',
  );
  await rm(join(project.directory, "db/0002_next.sql"));
  await project.write("offshoot.yaml", command(""));
  await makeBase("command");
  await project.write("db/0002_next.sql", "alter table old add name text;\n");
  await project.write("offshoot.yaml", command("yes"));
  expect((await rehearse("--run", "next")).copy.description).toContain("a copy of the base");
  await project.write("db/0001_old.sql", "create table old (id int primary key, name text);\n");
  await project.write("offshoot.yaml", command(""));
  await project.write("db/0002_next.sql", "select 1;\n");
  expect((await rehearse("--run", "next")).copy.description).toContain("an empty database");
  await offshoot("down", "--run", "keep");
});

test("warns of another version than the setting, and of an exception for a table that does not exist", SLOW, async () => {
  await project.write("db/0001_base.sql", "create table person (id int primary key);\n");
  await project.write("db/0002_next.sql", "create table pet (id int primary key);\n");
  expect((await desk("up", "--migrate")).code).toBe(0);
  const exceptions = ["public.Person", "pett", "pet", "person"].map((name) => `    ${name}: { blockedReads: 30s, reason: known }\n`);
  await project.write("offshoot.yaml", `${CONFIG}postgres: 16\nrehearse:\n  tables:\n${exceptions.join("")}`);
  await project.write("db/0003_next.sql", "alter table pet add name text;\n");
  const { stdout, stderr } = await desk("rehearse", "--json");
  expect(stderr).toMatch(/The run's database \S+ has PostgreSQL 1[78] \(embedded\), but the setting postgres is 16\./);
  const unmatched = (JSON.parse(stdout) as Rehearsal).findings.filter(({ code }) => code === "exception-unmatched");
  expect(unmatched.map(({ severity, object, facts }) => [severity, object.name, facts])).toEqual([
    ["warning", "rehearse.tables.public.Person", { nearest: "public.person", reason: "known" }],
    ["warning", "rehearse.tables.pett", { nearest: "pet", reason: "known" }],
  ]);
  await desk("down");
});
