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
