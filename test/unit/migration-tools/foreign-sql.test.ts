import { expect, test } from "vitest";
import { detectTool } from "../../../src/migration-tools/detect.ts";
import { withFiles } from "../../support/tools.ts";

test.each([
  ["node-pg-migrate", "create table a ();\n-- Down Migration\ndrop table a;\n"],
  ["node-pg-migrate", "-- Up Migration\ncreate table a ();\n"],
  ["sql-migrate", "-- +migrate Up\ncreate table a ();\n"],
  ["Liquibase", "--liquibase formatted sql\n--changeset ada:1\ncreate table a ();\n"],
  ["MyBatis Migrations", "create table a ();\n-- //@UNDO\ndrop table a;\n"],
  ["Sqitch", "-- Deploy shop:a to pg\nbegin;\ncommit;\n"],
  ["rambler", "-- rambler up\ncreate table a ();\n"],
  ["tern", "create table a ();\n---- create above / drop below ----\ndrop table a;\n"],
  ["Play evolutions", "# --- !Ups\ncreate table a ();\n# --- !Downs\ndrop table a;\n"],
  ["micrate", "-- +micrate Up\ncreate table a ();\n"],
  ["shmig", "-- ==== UP ====\ncreate table a ();\n-- ==== DOWN ====\ndrop table a;\n"],
  ["graphile-migrate", "--! Previous: -\n--! Hash: sha1:0\ncreate table a ();\n"],
])("a file in the form of %s is not taken for plain SQL: %j", async (tool, text) => {
  const files = { "migrations/1_a.sql": "create table z ();\n", "migrations/2_b.sql": text };
  await expect(withFiles(files, detectTool)).rejects.toMatchObject({
    code: "TOOL_UNSUITABLE",
    message: `migrations/2_b.sql is in the form of ${tool}, which was not found here.`,
  });
});

test.each([
  "-- the down migration is in 2.down.sql\ncreate table a ();\n",
  "-- migrate: upper case\nselect 1;\n",
  "-- goose up the ladder\nselect 1;\n",
])("a comment of people is not the form of a tool: %j", async (text) => {
  expect(await withFiles({ "migrations/1.sql": text }, detectTool)).toMatchObject({ tool: "sql" });
});

test("files that hold both directions by their names are not taken for plain SQL", async () => {
  const files = { "migrations/001.do.a.sql": "create table a ();", "migrations/001.undo.a.sql": "drop table a;" };
  await expect(withFiles(files, detectTool)).rejects.toMatchObject({
    message: "migrations/001.do.a.sql is in the form of Postgrator, which was not found here.",
  });
});

test.each([
  ["create table a ();\n-- DOWN\ndrop table a;\n", "`-- DOWN`"],
  ["create table a ();\n-- ### Rollback ###\ndrop table a;\n", "`-- ### Rollback ###`"],
  ["create table a ();\n-- migration: down\ndrop table a;\n", "`-- migration: down`"],
  ["create table a ();\n--undo:\ndrop table a;\n", "`--undo:`"],
])("a file with its rollback below a comment is not plain SQL: %j", async (text, sign) => {
  const names = Array.from({ length: 40 }, (_, at) => `migrations/${100 + at}.sql`);
  const files = { ...Object.fromEntries(names.map((name) => [name, "select 1;"])), "migrations/130.sql": text };
  await expect(withFiles(files, detectTool)).rejects.toMatchObject({
    code: "TOOL_UNSUITABLE",
    message: `migrations/130.sql contains a rollback, as ${sign} shows.`,
    remedy: expect.stringContaining("NAME.down.sql"),
  });
});

test.each(["1_a_down.sql", "1_a-rollback.sql", "1_a.undo.sql", "1_a.revert.sql"])(
  "a file whose name is that of a rollback of another one is not plain SQL: %s",
  async (name) => {
    const files = { "migrations/1_a.sql": "create table a ();", [`migrations/${name}`]: "drop table a;" };
    await expect(withFiles(files, detectTool)).rejects.toMatchObject({
      message: `migrations/${name} contains a rollback, as its name shows.`,
    });
  },
);

test.each<Record<string, string>>([
  { "1.sql": "create table a ();\n-- rollback:\n-- drop table a;\n" },
  { "1.sql": "create function f() returns int language plpgsql as $$\nbegin\n-- rollback\nreturn 1; end $$;" },
  { "1.sql": "create table a ();", "1.down.sql": "-- rollback\ndrop table a;" },
  { "1_add_rollback.sql": "create table a ();" },
  { "1.sql": "-- scale down the pool\nselect 1;" },
])("no rollback would run: %j", async (files) => {
  const named = Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text]));
  expect(await withFiles(named, detectTool)).toMatchObject({ tool: "sql" });
});

test("the command for files of a tool names their folder", async () => {
  const files = { "db/migrations/1_a.sql": "-- Up Migration\ncreate table a ();" };
  await expect(withFiles(files, detectTool)).rejects.toMatchObject({
    remedy: expect.stringContaining("`node-pg-migrate -m db/migrations up`"),
  });
});

test.each([
  ["2024-01-01-1_b/up.sql", "diesel migration run"],
  ["default/1_b/up.sql", "diesel migration run"],
  ["2024/002_b.sql", "the command that applies all of them"],
  ["functions/total.sql", "the command that applies all of them"],
])("a file in a subfolder, which would not run, is an error: %s", async (name, remedy) => {
  const files = { "migrations/001_a.sql": "create table a ();", [`migrations/${name}`]: "create table b ();" };
  await expect(withFiles(files, detectTool)).rejects.toMatchObject({
    code: "TOOL_UNSUITABLE",
    message: `migrations/${name} is in a subfolder, whose files plain SQL does not run.`,
    remedy: expect.stringContaining(remedy),
  });
});

test.each(["down/001_a.sql", "archive/000.sql", "seeds/people.sql", "2023/rollback/001.sql"])(
  "a subfolder that is set aside is not searched: %s",
  async (name) => {
    const files = { "migrations/001_a.sql": "create table a ();", [`migrations/${name}`]: "select 1;" };
    expect(await withFiles(files, detectTool)).toMatchObject({ tool: "sql" });
  },
);
