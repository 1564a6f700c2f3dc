// @module-tag proof
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { SchemaDiff } from "../../../src/commands/diff.ts";
import { makeProject, type Project } from "../../support/cli.ts";

let project: Project;

/** Each comparison migrates two databases. */
const SLOW = { timeout: 120_000 };

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: project.directory, encoding: "utf8" });

beforeAll(async () => {
  project = await makeProject();
  await mkdir(join(project.directory, "migrations"));
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  await project.write("migrations/001_start.sql", "create table person (id int primary key, nick text);\n");
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-q", "-m", "start");
  git("switch", "-q", "-c", "feature");
});
afterAll(() => project.remove());

const diff = async (args: readonly string[] = []): Promise<SchemaDiff> => {
  const { stdout, stderr, code } = await project.call(["diff", "--json", ...args]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as SchemaDiff;
};
const brief = ({ changes }: SchemaDiff): readonly string[] => changes.map(({ change, kind, object }) => `${change} ${kind} ${object}`);

test("prints nothing when the migrations of the working tree are those of the main branch", SLOW, async () => {
  const { stdout, stderr } = await project.call(["diff"]);
  expect([stdout, stderr]).toEqual(["", expect.stringContaining("no changes")]);
});

test("compares the migrations of the working tree with those where the branch left main", SLOW, async () => {
  await project.write(
    "migrations/002_change.sql",
    "alter table person alter id type bigint, drop column nick; create index person_id on person (id desc); create table note (id int);\n",
  );
  // What main adds meanwhile is not a change of this branch.
  git("switch", "-q", "main");
  await project.write("migrations/003_later.sql", "create table later (id int);\n");
  git("add", "migrations/003_later.sql");
  git("commit", "-q", "-m", "later");
  git("switch", "-q", "feature");
  const found = await diff();
  expect(brief(found)).toEqual([
    "added table public.note",
    "changed column public.person.id",
    "removed column public.person.nick",
    "added index public.person_id",
  ]);
  expect(found.before).toMatch(/^the migrations of [0-9a-f]{40} \(sql\), PostgreSQL \d+ \(where this branch left main\)$/);
  const { stdout } = await project.call(["diff", "--report", "markdown"]);
  expect(stdout).toContain("- column `public.person.id`: type: `integer` → `bigint`");
  expect(JSON.parse((await project.call(["list", "--json", "--all"])).stdout)).toEqual([]);
});

test("compares any commit, also one without migrations", SLOW, async () => {
  const found = await diff(["--before", "migrations@main", "--after", "migrations"]);
  expect(brief(found)).toContain("removed table public.later");
  git("switch", "-q", "--orphan", "empty");
  git("commit", "-q", "--allow-empty", "-m", "empty");
  git("switch", "-q", "feature");
  await project.write("migrations/002_change.sql", "create table note (id int);\n");
  expect(brief(await diff(["--before", "migrations@empty", "--after", "migrations"]))).toEqual([
    "added table public.note",
    "added table public.person",
  ]);
});

test("runs no program that the git configuration of the checkout names", SLOW, async () => {
  const trap = join(project.directory, "trapped");
  git("config", "filter.trap.smudge", `touch ${trap}`);
  git("config", "filter.trap.clean", "cat");
  git("config", "core.fsmonitor", `touch ${trap}`);
  await project.write(".gitattributes", "*.sql filter=trap\n");
  git("add", ".gitattributes");
  git("commit", "-q", "-m", "attributes");
  await rm(trap, { force: true });
  await diff(["--before", "migrations@HEAD", "--after", "migrations"]);
  expect(existsSync(trap)).toBe(false);
  git("config", "--unset", "core.fsmonitor");
});

test("explains a commit that this checkout does not have", async () => {
  const { code, stderr } = await project.call(["diff", "--before", "migrations@v9"]);
  const near = await project.call(["diff", "--before", "migrations@featrue"]);
  expect([near.code, near.stderr]).toEqual([2, expect.stringMatching(/Did you mean feature\?[^]*Write migrations@feature\./)]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/--before migrations@v9: git does not know the commit v9[^]*fetch-depth: 0/)]);
  const both = await project.call(["diff", "--before", "run", "--from", "X"]);
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("Two schemas and a copy")]);
});

const objects = (mark: string): string => `
    create or replace function f() returns text language sql as $$ select 'body ${mark}'::text $$;
    create or replace view v as select 'view ${mark}'::text as a;
    create or replace rule r as on insert to t do also insert into u values ('rule ${mark}');
    comment on table t is 'comment ${mark}';
    alter table t alter a set default 'default ${mark}';
    alter table t drop constraint if exists c; alter table t add constraint c check (a <> 'check ${mark}');
    drop index if exists i; create index i on t (a) where a <> 'index ${mark}';`;
const added = (mark: string): string => `
    create view v_${mark} as select 'view added'::text as a; create table t_${mark} (a text); comment on table t_${mark} is 'comment added';
    create function f_${mark}() returns text language sql as $$ select 'body added'::text $$;`;

test("shows the constants of defaults and checks, and no text of functions, views, rules and comments, in any format", SLOW, async () => {
  const own = await makeProject();
  onTestFinished(() => own.remove());
  await mkdir(join(own.directory, "migrations"));
  await own.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  await own.write("migrations/001_start.sql", `create table t (a text); create table u (a text); ${objects("one")} ${added("one")}`);
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "."],
    ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a"],
    ["switch", "-qc", "feature"],
  ])
    execFileSync("git", args, { cwd: own.directory });
  await own.write("migrations/002_next.sql", `${objects("two")} ${added("two")} drop view v_one; drop function f_one(); drop table t_one;`);
  const { stdout, stderr, code } = await own.call(["diff", "--report", "markdown=diff.md", "--report", "json=diff.json"]);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  for (const report of [
    stdout,
    await readFile(join(own.directory, "diff.md"), "utf8"),
    await readFile(join(own.directory, "diff.json"), "utf8"),
  ]) {
    expect(report).not.toMatch(/(body|view|rule|comment) (one|two|added)/);
    for (const text of ["default two", "check two", "index two"]) expect(report).toContain(text);
  }
  expect(stdout).toMatch(/view public\.v: definition changed/);
  expect(stdout).toMatch(/rule .*: definition changed/);
});
