// @module-tag proof
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { RENDERERS } from "../../../src/findings/report/renderers.ts";
import { findEscape } from "../../../src/providers/local/escapes.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
let server: string;

beforeAll(async () => {
  // pg_dump is needed, which the npm packages of Postgres lack.
  server = (await sharedServer(await findMajor(15))).url;
  project = await makeProject({});
  await mkdir(join(project.directory, "migrations"));
}, 120_000);
afterAll(() => project.remove());

const SLOW = { timeout: 120_000 };

interface Rehearsed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** All reports, the summary, and what was printed. */
  readonly all: string;
  readonly result: Rehearsal;
}

async function rehearse(setup: string, migration: string, env: Record<string, string> = {}): Promise<Rehearsed> {
  const production = await newDatabase("odd", { server });
  await withSession(production, (session) => session.query(setup));
  await project.write("migrations/001_next.sql", `${migration};\n`);
  const formats = Object.keys(RENDERERS);
  const reports = formats.flatMap((format) => ["--report", `${format}=report.${format}`]);
  const args = ["rehearse", "--from", "PRODUCTION", "--no-alternatives", "--report", "text", ...reports];
  const { code, stdout, stderr } = await project.offshoot(args, {
    PRODUCTION: production,
    GITHUB_STEP_SUMMARY: join(project.directory, "page.md"),
    ...env,
  });
  const read = (file: string): Promise<string> => readFile(join(project.directory, file), "utf8").catch(() => "");
  const written = await Promise.all([...formats.map((format) => `report.${format}`), "page.md"].map(read));
  const result = JSON.parse(await read("report.json")) as Rehearsal;
  return { code, stdout, stderr, all: [stdout, stderr, ...written].join("\n"), result };
}

test("the code of an error that a migration takes from a row is not in any report", SLOW, async () => {
  const { code, all, result } = await rehearse(
    "create table person (code text); insert into person values ('S3CRT')",
    "do $$ declare s text; begin select code into s from person; raise exception 'x' using errcode = s; end $$",
  );
  expect(code).toBe(10);
  expect(all).not.toContain("S3CRT");
  expect(result.findings).toContainEqual(expect.objectContaining({ code: "migration-fails" }));
});

test("a name with control characters neither controls a terminal nor breaks a line, and is shown whole in the schema", SLOW, async () => {
  const name = '"c\u0001\u001B[31mred\u202Etxt\nof two lines"';
  const { code, stdout, stderr, all, result } = await rehearse(
    `create table ${name} (n int); insert into ${name} values (null); create function f() returns int language sql as 'select 1'`,
    `alter table ${name} add column u int; alter table ${name} alter column u set not null`,
    { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "o/r", GITHUB_RUN_ID: "1" },
  );
  expect({ code, stderr }).toMatchObject({ code: 10 });
  expect(stderr).toContain("::error ");
  // eslint-disable-next-line no-control-regex
  expect(stdout + stderr).not.toMatch(/[\u0001\u202E]|\u001B\[31mred/);
  expect(all).not.toMatch(/^of two lines/m);
  expect(result.outcome).toBe("failed");
  const passed = await rehearse(
    `create table ${name} (n int); create function f() returns int language sql as 'select 1'`,
    `alter table ${name} add column u int`,
  );
  expect(passed.stdout).not.toMatch(/^of two lines/m);
  expect(passed.result.schema?.changes.map(({ object }) => object)).toEqual([`public.${name}.u`]);
});

test("the schema has the role of production, and not the one that the copy has for it", SLOW, async () => {
  const { code, all, result } = await rehearse(
    "create table t (id int); alter table t enable row level security",
    "create policy p on t for select to current_user using (id > 0)",
  );
  expect({ code, changes: result.schema?.changes }).toMatchObject({ code: 0, changes: [{ object: "public.t.p" }] });
  expect(all).not.toContain("offshoot_restricted_");
  expect(JSON.stringify(result.schema)).toContain("select postgres");
});

test("a finding without a file is not annotated with a file that does not exist", SLOW, async () => {
  const production = await newDatabase("odd", { server });
  const { code, stderr } = await project.offshoot(
    ["rehearse", "--from", "PRODUCTION", "--", "psql", "-X", "-v", "ON_ERROR_STOP=1", "-c", "select 1 / 0"],
    { PRODUCTION: production, GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "o/r", GITHUB_RUN_ID: "1" },
  );
  expect({ code, stderr }).toMatchObject({ code: 10 });
  expect(stderr).toContain("::error title=");
  expect(stderr).not.toContain("offshoot.yaml");
});

/** Debian's package postgresql-15-pgtap. */
async function hasPgtap(): Promise<boolean> {
  return withSession(server, async (session) => {
    const [row] = await session.query("select superuser from pg_available_extension_versions where name = 'pgtap' limit 1");
    return row !== undefined;
  });
}

test("a database with an extension that every role can create, such as pgtap, is rehearsed", SLOW, async (context) => {
  if (!(await hasPgtap())) return context.skip();
  const { code, all } = await rehearse("create extension pgtap; create table t (id int)", "alter table t add column n int");
  expect({ code, all }).toMatchObject({ code: 0 });
  expect(all).not.toContain("extension pgtap");
});

test.each([
  ["now() returns timestamptz language internal as 'now'"],
  ["now() returns text language sql security definer as 'select current_user::text'"],
])("pgtap is not taken for harmless where a superuser added the function %s to it", async (definition) => {
  if (!(await hasPgtap())) return;
  const database = await newDatabase("odd", { server });
  await withSession(database, async (session) => {
    await session.query("create extension pgtap; create function public.harmless() returns int language sql as 'select 1'");
    await session.query("alter extension pgtap add function public.harmless()");
    expect(await findEscape(session)).toBeUndefined();
    await session.query(`create function public.${definition}; alter extension pgtap add function public.now()`);
    expect(await findEscape(session)).toMatch(/^the extension pgtap, which can have code/);
  });
});
