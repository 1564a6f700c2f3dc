// @module-tag proof
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { down, migrate, up } from "offshoot";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { withSession } from "../../../support/session.ts";

let project: Project;

beforeAll(async () => {
  project = await makeProject();
  await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
});

afterAll(() => project.remove());

/** A person at a desk, whose run has no name: its migrations can change. */
const desk = () => {
  const { OFFSHOOT_RUN: _, ...env } = project.env;
  return { cwd: project.directory, env };
};

beforeEach(async () => {
  await rm(join(project.directory, "migrations"), { recursive: true, force: true });
  await mkdir(join(project.directory, "migrations"));
});

afterEach(async () => {
  await down(desk());
});

const first = (column: string): Promise<unknown> =>
  project.write("migrations/001_first.sql", `create table made (id int primary key, ${column.replaceAll(/\W/g, "_")} text);`);

/** The base from which the next run starts. */
async function baseOfLaterRun(): Promise<string | undefined> {
  const later = { cwd: project.directory, env: project.env, settings: { run: "later" } };
  const { database } = await up(later);
  await down(later);
  return database.base;
}

test("a database that nobody has changed before its migrations becomes a base", async () => {
  await first("untouched");
  await up(desk());
  await migrate(desk());
  expect(await baseOfLaterRun()).toMatch(/^offshoot_template_/);
});

test.each([
  ["a table", "create table by_hand (id int)"],
  ["a table in a schema of its own", "create schema apart; create table apart.by_hand (id int)"],
  ["a function", "create function by_hand() returns int language sql as 'select 1'"],
  ["a type", "create type by_hand as enum ('a')"],
  ["a collation", `create collation by_hand from "C"`],
  ["an extension", "create extension pg_trgm"],
  ["a right", "grant create on schema public to public"],
  ["a default right", "alter default privileges grant select on tables to public"],
  ["a large object", "select lo_create(0)"],
  ["a publication", "create publication by_hand for all tables"],
  [
    "an event trigger",
    "create function f() returns event_trigger language plpgsql as 'begin end'; create event trigger by_hand on sql_drop execute function f()",
  ],
  ["a setting", "do $$ begin execute format('alter database %I set work_mem = 5000', current_database()); end $$"],
])("one in which a person has made %s before its migrations does not", async (what, sql) => {
  await first(what);
  const { database } = await up(desk());
  await withSession(database.directUrl, (session) => session.query(sql));
  await migrate(desk());
  expect(await baseOfLaterRun()).toBeUndefined();
});

test.each([
  ["rows that a person has added", async () => {}, "insert into made values (1, 'of the desk')"],
  ["the schema of an edited migration", () => first("other"), ""],
  [
    "the schema of a deleted migration",
    async () => {
      await project.write("migrations/002_second.sql", "create table second (id int);");
      await migrate(desk());
      await rm(join(project.directory, "migrations/002_second.sql"));
    },
    "",
  ],
])("one that was migrated before becomes no base of other migrations, because it has %s", async (what, change, sql) => {
  await first(what);
  const { database } = await up(desk());
  await migrate(desk());
  await withSession(database.directUrl, (session) => session.query(sql));
  await change();
  await project.write("migrations/003_third.sql", `create table third (id int); -- ${what}`);
  expect(await migrate(desk())).toMatchObject({ state: "ran" });
  expect(await baseOfLaterRun()).toBeUndefined();
});
