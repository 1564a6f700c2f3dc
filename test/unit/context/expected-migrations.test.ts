import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { prepare } from "../../../src/context/context.ts";
import { expectMigrations } from "../../../src/context/expected-migrations.ts";
import { findProject } from "../../../src/context/find-project.ts";
import type { Event } from "../../../src/events.ts";
import { withFiles } from "../../support/tools.ts";

async function expected(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return withFiles(files, async ({ directory }) => {
    const events: Event[] = [];
    await expectMigrations(await prepare({ cwd: directory, env: { OFFSHOOT_RUN: "x" }, onEvent: (event) => events.push(event) }));
    return events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
  });
}

test("a repository without any sign of migrations is reported in one line", async () => {
  expect(await expected({ "package.json": '{"scripts": {"test": "vitest"}}', "migrations/.gitkeep": "" })).toEqual([
    "no migrations were found: the database is empty, or a copy of its parent",
  ]);
});

test("a folder of the settings without migrations is named, and not only what else there is", async () => {
  const files = { "offshoot.yaml": "migrations: { folder: nowhere }\n", "migrations/001.sql": "select 1;" };
  await expect(expected(files)).rejects.toMatchObject({
    code: "COMMAND_MISSING",
    remedy: expect.stringMatching(
      /^Correct the setting migrations\.folder \(nowhere\), where no migrations were found, or remove it\. Or set migrations/,
    ),
  });
});

test.each<[sign: string, setting: string, files: Readonly<Record<string, string>>]>([
  [
    'the script "db:migrate" in package.json',
    "Set migrations.command in offshoot.yaml to run it, such as `npm run db:migrate`",
    { "package.json": '{"scripts": {"db:migrate": "node up.js"}}' },
  ],
  ["the package drizzle-kit", "Set migrations.folder in offshoot.yaml", { "package.json": '{"devDependencies": {"drizzle-kit": "1"}}' }],
  ["the file knexfile.js", "Set migrations.tool to its tool", { ".git/HEAD": "", "knexfile.js": "module.exports = {};" }],
  ["the package dbmate", "Set migrations.folder in offshoot.yaml", { "package.json": '{"devDependencies": {"dbmate": "1"}}', ".env": "" }],
  [
    'the script "migrate:up" in packages/db/package.json',
    "Set migrations.directory to packages/db in offshoot.yaml, migrations.command to run it, such as `npm run migrate:up`",
    { "package.json": '{"workspaces": ["packages/*"]}', "packages/db/package.json": '{"scripts": {"migrate:up": "node up.js"}}' },
  ],
  [
    "the package drizzle-kit",
    "such as `npx drizzle-kit migrate`",
    { "pnpm-workspace.yaml": "packages:\n  - packages/*\n", "packages/db/package.json": '{"devDependencies": {"drizzle-kit": "1"}}' },
  ],
  ['the target "migrate" in Makefile', "such as `make migrate`", { Makefile: "all: build\nmigrate: build\n\tpsql -f x\nX := migrate\n" }],
  ['the target "db-migrate" in justfile', "such as `just db-migrate`", { justfile: "db-migrate env='x':\n  psql\n" }],
  ['the target "db:migrate" in Taskfile.yml', "such as `task db:migrate`", { "Taskfile.yml": "tasks:\n  db:migrate:\n    cmds: [psql]\n" }],
  [
    'the target "migrate" in composer.json',
    "such as `composer run migrate`",
    { "composer.json": '{"scripts": {"migrate": "phinx migrate"}}' },
  ],
  [
    "alembic in src/python/acme/orders/db",
    "Set migrations.directory to src/python/acme/orders/db",
    {
      ".git/HEAD": "",
      "src/python/acme/orders/db/alembic.ini": "[alembic]\nscript_location = m\n",
      "src/python/acme/orders/db/m/versions/a.py": 'revision = "a"\ndown_revision = None\n',
    },
  ],
  ["the folder engines/billing/db/migrate", "Set migrations.command", { ".git/HEAD": "", "engines/billing/db/migrate/1_a.rb": "" }],
  [
    "the folder Modules/Shop/Database/Migrations",
    "Set migrations.command",
    { ".git/HEAD": "", "Modules/Shop/Database/Migrations/1_a.php": "" },
  ],
  [
    "typeorm in libs/data/access/src/lib",
    "Set migrations.directory to libs/data/access/src/lib",
    {
      ".git/HEAD": "",
      "nx.json": "{}",
      "package.json": '{"dependencies": {"typeorm": "1"}}',
      "libs/data/access/src/lib/data-source.ts": 'export default new DataSource({ migrations: [__dirname + "/migrations/*.ts"] });',
      "libs/data/access/src/lib/migrations/1700000000000-a.ts": "export class A1700000000000 {}",
    },
  ],
  [
    "knex in packages/api/src/db",
    "Set migrations.directory to packages/api/src/db",
    {
      ".git/HEAD": "",
      "packages/api/src/db/knexfile.js": "module.exports = {};",
      "packages/api/src/db/migrations/1_a.js": "",
    },
  ],
  ["the folder db/migrate", "Set migrations.command in offshoot.yaml", { "db/migrate/1_a.rb": "" }],
  ...[
    ["crates/db/migrations", "crates/db/migrations/2024-01-01-1_a/up.sql"],
    ["hasura/migrations", "hasura/migrations/default/1700000000000_a/up.sql"],
    ["pkg/db/migrations", "pkg/db/migrations/sql/0001_a.up.sql"],
    ["packages/db/pg-migrations", "packages/db/pg-migrations/001_a.js"],
    ["migration", "migration/src/m20240101_000001_a.rs"],
    ["src/migrator", "src/migrator/m20240101_a.rs"],
    ["conf/evolutions", "conf/evolutions/default/1.sql"],
    ["db/patches", "db/patches/V001__a.sql"],
    ["ddl", "ddl/001.sql"],
    ["shop/migrations", "shop/migrations/versions/8f2e_a.py"],
    ["cmd/db/migrations", "cmd/db/migrations/audit/20240101-a.sql"],
  ].map(([folder = "", file = ""]): [string, string, Readonly<Record<string, string>>] => [
    `the folder ${folder}`,
    `\`${folder}/**\``,
    { ".git/HEAD": "", [file]: "-- first\ncreate unlogged table a ();\n" },
  ]),
  ["the package alembic in pyproject.toml", "such as `alembic upgrade head`", { "pyproject.toml": 'dependencies = ["alembic>=1"]\n' }],
  ["the package flask-migrate in requirements.txt", "such as `flask db upgrade`", { "requirements.txt": "Flask_Migrate==4\n" }],
  ["the package github.com/pressly/goose/v3 in go.mod", "such as `goose", { "go.mod": "require github.com/pressly/goose/v3 v3.1.0\n" }],
  ["the package sea-orm-migration in Cargo.toml", "such as `sea-orm-cli", { "Cargo.toml": '[dependencies]\nsea-orm-migration = "1"\n' }],
  ["the package robmorgan/phinx in composer.json", "phinx migrate", { "composer.json": '{"require": {"robmorgan/phinx": "1"}}' }],
  ["the package flyway-core in pom.xml", "such as `flyway migrate`", { "pom.xml": "<artifactId>flyway-core</artifactId>" }],
  ["sql in backend", "Set migrations.directory to backend in offshoot.yaml.", { "backend/migrations/1.sql": "select 1" }],
])("%s without a known migration tool is an error that names the setting", async (sign, setting, files) => {
  await expect(expected(files)).rejects.toMatchObject({ remedy: expect.stringContaining(setting) });
  await expect(expected(files)).rejects.toMatchObject({
    code: "COMMAND_MISSING",
    message: expect.stringContaining(`but it has ${sign}.`),
    remedy: expect.stringContaining("migrations.tool to none"),
  });
});

test("several tools in subfolders are an error that offers each of them, and all as steps", async () => {
  const files = { "etl/migrations/1.sql": "select 1", "web/migrations/1.sql": "select 1" };
  await expect(expected(files)).rejects.toMatchObject({
    message: expect.stringContaining("but it has sql in etl, sql in web."),
    remedy: expect.stringContaining("migrations: [{ directory: etl, tool: sql }, { directory: web, tool: sql }]"),
  });
});

test("folders of tests, examples and installed packages show nothing about the repository", async () => {
  const files = {
    ".git/HEAD": "",
    "package.json": '{"scripts": {"test": "vitest"}}',
    "test/db/migrations/1.sql": "",
    "a/b/c/d/examples/migrations/1.sql": "",
    "vendor/x/migrations/1.sql": "",
    "src/migrations/index.ts": "",
    "src/a/b/migrations/env.py": "",
    "cmd/migrate/main.go": "",
    "src/migrate/lock.rs": "",
    "src/components/migration-banner/index.tsx": "",
    "src/migrations-guide/2_steps.md": "",
    "tools/data-migration/copy.ts": "",
    "queries/01_totals.sql": "select 1;\n",
    "db/seeds/001_people.sql": "insert into people values ('create table');\n",
    "requirements.txt": "alembic-utils==1\n# alembic\npytest\n",
    "go.mod": "require (\n\tgithub.com/pressly/goose/v3 v3.1.0 // indirect\n)\n",
    Makefile: "help:\n\techo migrate: no\n",
  };
  expect(await expected(files)).toHaveLength(1);
});

test.each([
  ["a configured command", "migrations: { command: ./up }\n"],
  ["the tool none", "migrations: { tool: none }\n"],
])("with %s nothing is expected", async (_, yaml) => {
  expect(await expected({ "offshoot.yaml": yaml, "db/migrate/1_a.rb": "" })).toEqual([]);
});

const NODE_PG = '{"dependencies": {"node-pg-migrate": "1"}}';
const HALVES = "-- Up Migration\ncreate table shop ();\n-- Down Migration\ndrop table shop;\n";
const ALEMBIC = { "alembic.ini": "[alembic]\nscript_location = m\n", "m/versions/a.py": 'revision = "a"\ndown_revision = None\n' };
const under = (folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

const expectIn = (files: Readonly<Record<string, string>>, folder: string): Promise<void> =>
  withFiles(files, async ({ directory }) => expectMigrations(await prepare({ cwd: join(directory, folder), env: { OFFSHOOT_RUN: "x" } })));

const WORKSPACE = {
  "package.json": '{"workspaces": ["packages/*"]}',
  "packages/db/package.json": NODE_PG,
  "packages/db/migrations/1700000000000_shop.sql": HALVES,
  "packages/web/package.json": "{}",
  "packages/web/src/a.js": "",
};

test.each([
  ["packages/web", "node-pg-migrate in ../db", "Set migrations.directory to ../db in offshoot.yaml", WORKSPACE],
  ["packages/web/src", "node-pg-migrate in ../../db", "Set migrations.directory to ../../db", { ...WORKSPACE, ".git/HEAD": "" }],
  ["services/web", "alembic in ../api", "../api", { ".git/HEAD": "", ...under("services/api", ALEMBIC), "services/web/a": "" }],
  [
    "svc/c",
    "alembic in ../a, alembic in ../b",
    "../a",
    { ".git/HEAD": "", ...under("svc/a", ALEMBIC), ...under("svc/b", ALEMBIC), "svc/c/a": "" },
  ],
])("a run in %s, beside the folder with the migrations, names it: %s", async (folder, sign, setting, files) => {
  await expect(expectIn(files, folder)).rejects.toMatchObject({
    code: "COMMAND_MISSING",
    message: expect.stringContaining(`, but above it there is ${sign}.`),
    remedy: expect.stringContaining(setting),
  });
});

test("a run in a folder of a checkout without any migrations is only reported", async () => {
  await expect(expectIn({ ".git/HEAD": "", "web/package.json": "{}", "package.json": "{}" }, "web")).resolves.toBeUndefined();
});

test("migrations at the top of a workspace do not hide those of a package", async () => {
  const files = { ...WORKSPACE, "migrations/001_root.sql": "create table root ();" };
  await expect(expectIn(files, ".")).rejects.toMatchObject({
    code: "TOOL_AMBIGUOUS",
    message: "Several packages have migrations: sql in the top folder and node-pg-migrate in packages/db.",
    remedy: expect.stringContaining("migrations: [{ tool: sql }, { directory: packages/db, tool: node-pg-migrate }]"),
  });
  await expect(expectIn({ ...files, "offshoot.yaml": "migrations:\n  tool: sql\n" }, ".")).resolves.toBeUndefined();
});

test("a package named db is found as a package, and its folder is not plain SQL of the top", async () => {
  const files = {
    "package.json": '{"workspaces": ["./db", "./web"]}',
    "db/package.json": NODE_PG,
    "db/migrations/1700000000000_shop.sql": HALVES,
    "web/package.json": "{}",
  };
  const found = await withFiles(files, async ({ directory }) => {
    const located = await findProject(await prepare({ cwd: directory, env: { OFFSHOOT_RUN: "x" } }));
    return { tool: located?.project.tool, folder: located && relative(directory, located.directory) };
  });
  expect(found).toEqual({ tool: "node-pg-migrate", folder: "db" });
});
