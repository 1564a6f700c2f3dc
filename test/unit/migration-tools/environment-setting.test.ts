import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { signsOfMigrations } from "../../../src/migration-tools/signs.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { withFiles } from "../../support/tools.ts";

const projectOf = (tool: string, files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Promise<Project> =>
  withFiles(files, (repository) => requireTool(tool, { ...repository, env }));

const SCRIPT = { "database/scripts/V1__a.sql": "select 1;" };

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, string]>([
  [
    "flyway.conf",
    { "flyway.conf": "flyway.locations=filesystem:./database/scripts\nflyway.table = versions\nflyway.schemas=app,audit\n" },
    {},
    "app.versions",
  ],
  [
    "flyway.toml",
    {
      "flyway.toml":
        '[flyway]\nlocations = ["filesystem:database/scripts"]\ntable = "versions"\ndefaultSchema = "app"\nschemas = ["x"]\n[flyway.placeholders]\ntable = "no"\n',
    },
    {},
    "app.versions",
  ],
  [
    "the environment",
    { "flyway.conf": "flyway.locations=filesystem:elsewhere\n" },
    { FLYWAY_LOCATIONS: "database/scripts", FLYWAY_TABLE: "versions", FLYWAY_DEFAULT_SCHEMA: "app" },
    "app.versions",
  ],
])("Flyway: its folder and its version table are read from %s", async (_about, files, env, table) => {
  const project = await projectOf("flyway", { ...SCRIPT, ...files }, env);
  expect(project.shown).toBe("flyway -locations=filesystem:database/scripts -table=versions -defaultSchema=app migrate");
  expect(project.versionTable).toMatchObject({ tables: [table], name: table });
});

test("Flyway: several locations, and resources of a program", async () => {
  const files = {
    "src/main/resources/db/x/V2__b.sql": "",
    "more/V1__a.sql": "",
    "flyway.conf": "flyway.locations=classpath:db/x,filesystem:more,s3:bucket\n",
  };
  const { shown, revisions } = await projectOf("flyway", files);
  expect(shown).toBe("flyway -locations='filesystem:src/main/resources/db/x,filesystem:more' migrate");
  expect(revisions.map(({ id }) => id)).toEqual(["1", "2"]);
});

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
  [".env", { ".env": "GOOSE_MIGRATION_DIR=./steps\nGOOSE_TABLE=app.versions\n" }, {}],
  ["the environment", { ".env": "GOOSE_TABLE=other\n" }, { GOOSE_MIGRATION_DIR: "steps", GOOSE_TABLE: "app.versions" }],
])("goose: its folder and its version table are read from %s", async (_about, files, env) => {
  const { command, versionTable } = await projectOf("goose", { "steps/1_a.sql": "-- +goose Up\n", ...files }, env);
  expect(command).toBe('goose -dir steps -table app.versions postgres "$DATABASE_URL" up');
  expect(versionTable).toMatchObject({ tables: ["app.versions"], name: "app.versions" });
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ["knexfile.js", { "knexfile.js": 'module.exports = { migrations: { directory: "./dist/migrations" } };' }, "npx knex migrate:latest"],
  [
    "src/data-source.ts",
    {
      "package.json": '{"dependencies":{"typeorm":"1"}}',
      "src/data-source.ts": 'new DataSource({ migrations: ["dist/migrations/*.js"] });',
    },
    "npx typeorm migration:run -d src/data-source.ts",
  ],
  [
    ".sequelizerc",
    {
      "package.json": '{"dependencies":{"sequelize-cli":"1"}}',
      ".sequelizerc": "module.exports = { 'migrations-path': 'dist/migrations' };",
    },
    "npx sequelize-cli db:migrate",
  ],
  [
    "mikro-orm.config.ts",
    {
      "package.json": '{"dependencies":{"@mikro-orm/migrations":"1"}}',
      "mikro-orm.config.ts": "export default { migrations: { path: './dist/migrations' } };",
    },
    "npx mikro-orm migration:up",
  ],
])("a folder that a build has not written yet is named, from %s", async (path, files, command) => {
  const [sign] = await withFiles(files, signsOfMigrations);
  expect(sign).toMatchObject({ text: `the folder dist/migrations in ${path}, which does not exist`, command, files: "dist/migrations/**" });
  const built = await withFiles({ ...files, "dist/migrations/README": "" }, signsOfMigrations);
  expect(built.map(({ text }) => text)).not.toContainEqual(expect.stringContaining("does not exist"));
});

test.each<[string, Readonly<Record<string, string>>, object]>([
  ["a task of Deno", { "deno.json": '{"tasks":{"migrate":"deno run -A m.ts"}}' }, { command: "deno task migrate" }],
  [
    "a folder of SQL files far below",
    { ".git/HEAD": "", "services/api/sql/changes/001_a.sql": "create table a ();" },
    { files: "services/api/sql/changes/**" },
  ],
  ["a package", { "go.mod": "require github.com/jackc/tern/v2 v2.1.0\n" }, { command: "tern migrate" }],
  ["a release command", { Procfile: "release: python manage.py migrate\n" }, { command: "python manage.py migrate" }],
])("%s has what `init` writes", async (_about, files, expected) => {
  const [sign] = await withFiles(files, signsOfMigrations);
  expect(sign).toMatchObject(expected);
});
