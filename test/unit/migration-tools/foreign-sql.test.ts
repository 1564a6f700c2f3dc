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

const SHOP = "create table shop (id int);\n";
const DROP = "drop table if exists shop;\n";

test.each([
  `-- upgrade --\n${SHOP}-- downgrade --\n${DROP}`,
  `/* up */\n${SHOP}/* down */\n${DROP}`,
  `${SHOP}/*\n * DOWN\n */\n${DROP}`,
  `-- forwards\n${SHOP}-- backwards\n${DROP}`,
  `-- Forward migration\n${SHOP}-- Reverse migration\n${DROP}`,
  `${SHOP}-- Section: Down\n${DROP}`,
  `${SHOP}-- Down (rollback)\n${DROP}`,
  `${SHOP}-- <down>\n${DROP}`,
  `${SHOP}-- name: down\n${DROP}`,
  `${SHOP}-- +pgup Down\n${DROP}`,
  `${SHOP}-- To revert this migration:\nbegin; drop table "shop" cascade; commit;`,
  `${SHOP}-- ↓ down\n${DROP}`,
  "alter table shop add column if not exists name text, add price int;\n-- 2. Down\nalter table shop drop column name, drop price;\n",
  "create index concurrently a on shop (id);\n-- undo section\ndrop index concurrently if exists a;\n",
  // No word at all, and nothing that stays.
  `begin;\n${SHOP}comment on table shop is 'down';\ncreate index a on shop (id);\ncommit;\n${DROP}`,
])("a file with its rollback in a form that nobody listed is not plain SQL: %j", async (text) => {
  await expect(withFiles({ "migrations/1_shop.sql": text }, detectTool)).rejects.toMatchObject({
    code: "TOOL_UNSUITABLE",
    message: expect.stringMatching(/^migrations\/1_shop\.sql contains a rollback, as .* shows\.$/),
  });
});

test.each([
  "create table tmp (id int);\ninsert into tmp select id from shop;\nupdate shop set a = 1 where id in (select id from tmp);\ndrop table tmp;\n",
  "create function f() returns void language sql as $$ select 1 $$;\nselect f();\ndrop function f();\n",
  "create table new_shop (id int);\ninsert into new_shop select id from shop;\n-- roll back is not possible\ndrop table shop;\nalter table new_shop rename to shop;\n",
  "drop table if exists shop;\ncreate table shop (id int);\n",
  `${SHOP}-- To revert this migration: drop table shop;\n`,
  "drop index if exists a;\ncreate index a on shop (id);\n-- no downtime: the index is small\ncreate index b on shop (id);\n",
  `${SHOP}create table tmp (id int);\ninsert into shop select 1;\ndrop table tmp;\n`,
])("a migration that drops something on purpose stays plain SQL: %j", async (text) => {
  expect(await withFiles({ "migrations/1_shop.sql": text }, detectTool)).toMatchObject({ tool: "sql" });
});

test.each([
  "undo_001_shop.sql",
  "down_001_shop.sql",
  "001_undo_shop.sql",
  "001_shop_downgrade.sql",
  "001_shop.rb.sql",
  "001_shop.backward.sql",
  "down.sql",
  "zz_teardown.sql",
])("the rollback of another file is recognised by its name: %s", async (name) => {
  const files = { "migrations/001_shop.sql": SHOP, "migrations/002_b.sql": "create table b ();", [`migrations/${name}`]: DROP };
  await expect(withFiles(files, detectTool)).rejects.toMatchObject({
    message: `migrations/${name} contains a rollback, as its name shows.`,
  });
});

test.each(["003_revert_shop.sql", "V3_rollback_shop.sql"])("a later migration that takes something back is one: %s", async (name) => {
  const files = { "migrations/001_shop.sql": SHOP, [`migrations/${name}`]: DROP };
  expect(await withFiles(files, detectTool)).toMatchObject({ tool: "sql" });
});

test.each([
  ['create table "${SCHEMA}_x" ();', "${SCHEMA}"],
  ['create table app."{{ tenant }}" ();', "{{ tenant }}"],
])("a placeholder in a name is not taken for plain SQL: %s", async (text, placeholder) => {
  await expect(withFiles({ "migrations/1_a.sql": text }, detectTool)).rejects.toMatchObject({
    code: "TOOL_UNSUITABLE",
    message: `migrations/1_a.sql contains the placeholder ${placeholder}, which plain SQL does not replace.`,
  });
});

test.each([
  "insert into t values ('Hello {{ name }}, ${x}');",
  '-- "${SCHEMA}_x"\nselect 1;',
  'create function f() returns text language plv8 as $$ return `"${x}"` $$;',
])("what looks like a placeholder elsewhere is plain SQL: %s", async (text) => {
  expect((await withFiles({ "migrations/1_a.sql": text }, detectTool))?.tool).toBe("sql");
});

test("a repair that offshoot wrote has the names of a database, whatever is in them", async () => {
  const files = { "migrations/1_a.sql": SHOP, "migrations/002_offshoot_repair.sql": 'create table "${c}" ();' };
  expect((await withFiles(files, detectTool))?.tool).toBe("sql");
});
