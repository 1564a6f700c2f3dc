// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeProject, type Project } from "../../../support/cli.ts";
import { withSession } from "../../../support/session.ts";

vi.setConfig({ testTimeout: 120_000 });

let project: Project;

beforeEach(async () => {
  project = await makeProject();
  await project.write("offshoot.yaml", "migrations: { tool: sql }\n");
  await mkdir(join(project.directory, "migrations"));
});
afterEach(() => project.remove());

/** At a desk, without a name of the run: there a later command can bring other migrations. */
const offshoot = (...args: readonly string[]) => project.offshoot(args, { OFFSHOOT_RUN: undefined });
const query = async (sql: string): Promise<string> => (await offshoot("psql", "--", "-Atc", sql)).stdout.trim();

const COLUMNS = "select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = 'customer'::regclass and attnum > 0";

test("a database in which an earlier version of a migration ran is not kept as a base for the new one", async () => {
  await project.write("migrations/001_customer.sql", "create table customer (email text);");
  await offshoot("up", "--migrate");
  expect(await query(COLUMNS)).toBe("email");

  await project.write("migrations/001_customer.sql", "create table customer (e_mail text);");
  const again = await offshoot("migrate", "--verbose");
  expect([again.code, again.stderr.replaceAll(/\s+/g, " ")]).toEqual([
    0,
    expect.stringMatching(/was not kept as a base: .*does not run a file again that was changed or deleted.*npx offshoot down/),
  ]);
  expect(await query(COLUMNS)).toBe("email");
  await offshoot("down");

  expect((await offshoot("up", "--migrate")).stderr).not.toContain("from its base");
  expect(await query(COLUMNS)).toBe("e_mail");
  await offshoot("down");

  // The third database starts from the base of the second one, in which only this version ran.
  expect((await offshoot("up", "--migrate")).stderr).toContain("from its base");
  expect(await query(COLUMNS)).toBe("e_mail");
  await offshoot("down");
});

const TABLES =
  "select string_agg(relname, ',' order by relname) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";

test.each(["before the first migration", "between two migrations"])("what a person creates %s is in no later database", async (when) => {
  if (when === "before the first migration") {
    await project.write("migrations/001_one.sql", "create table one (id int);");
    await offshoot("up");
  } else {
    await project.write("migrations/000_zero.sql", "create extension pg_trgm;");
    await offshoot("up", "--migrate");
  }
  await query("create table by_hand (id int)");
  await project.write("migrations/001_one.sql", "create table one (id int);");
  expect((await offshoot("migrate", "--verbose")).stderr).toContain("was not kept as a base");
  const fresh = await project.offshoot(["run", "--run", "fresh", "--", "sh", "-c", `psql -Atc "${TABLES}" "$DATABASE_URL"`]);
  expect(fresh).toMatchObject({ code: 0, stdout: "one\n" });
  await offshoot("down");
});

test("a database with only what the template database of the server has is kept as a base", async () => {
  await project.write("migrations/001_one.sql", "create table one (id int);");
  await offshoot("up");
  const template = new URL((await offshoot("url")).stdout.trim());
  template.pathname = "/template1";
  await withSession(template.href, (session) => session.query("create extension hstore; create table common (id int)"));
  await offshoot("down");
  await offshoot("up");
  expect(await query(TABLES)).toBe("common");
  expect((await offshoot("migrate", "--verbose")).stderr).not.toContain("not kept as a base");
  await offshoot("down");
});
