import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import { signsOfMigrations } from "../../../src/migration-tools/signs.ts";
import { withFiles } from "../../support/tools.ts";

const signsIn = (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  withFiles(files, async (repository) => (await signsOfMigrations(repository)).map(({ text }) => text));

const GITMODULES = '[submodule "schema"]\n\tpath = db/migrations\n\turl = ../schema.git\n[submodule "theme"]\n\tpath = theme\n';

test("a submodule with the migrations that was not fetched is named, with the command that fetches it", async () => {
  await withFiles({ ".gitmodules": GITMODULES }, async (repository) => {
    const [sign, other] = await signsOfMigrations(repository);
    expect(sign?.text).toBe("the git submodule db/migrations, which is empty in this checkout");
    expect(sign?.setting).toContain("git submodule update --init");
    expect(other).toBeUndefined();
  });
});

test("a submodule that is there, or is for something else, is none", async () => {
  expect(await signsIn({ ".gitmodules": GITMODULES, "db/migrations/README": "x" })).toEqual(["the folder db/migrations"]);
  expect(await signsIn({ ".gitmodules": '[submodule "theme"]\n\tpath = theme\n' })).toEqual([]);
});

test("a link to a folder of migrations that does not exist is named", async () => {
  await withFiles({ "package.json": "{}" }, async (repository) => {
    await symlink("../nowhere", join(repository.directory, "migrations"));
    expect((await signsOfMigrations(repository)).map(({ text }) => text)).toEqual(["the link migrations, whose target does not exist"]);
  });
});

test.each([
  ["Taskfile.dist.yaml", 'version: "3"\ntasks:\n  db:migrate:\n    cmds: [psql]\n'],
  ["taskfile.yml", 'version: "3"\ntasks:\n  "db:migrate": { cmds: [psql] }\n'],
  ["Taskfile.yml", "version: '3'\r\ntasks:\r\n  db:migrate:\r\n    cmds: [psql]\r\n"],
])("the task that migrates is found in %s", async (file, text) => {
  expect(await signsIn({ [file]: text })).toEqual([`the target "db:migrate" in ${file}`]);
});

test("a script whose name says that it migrates is found, one with a longer name is not", async () => {
  expect(await signsIn({ "bin/migrate": "#!/bin/sh\npsql -f db.sql\n" })).toEqual(["the script bin/migrate"]);
  expect(await signsIn({ "bin/migrate-users-to-v2": "#!/bin/sh\n" })).toEqual([]);
});

test.each([
  ["db/chnages", "does not exist", "Correct the path, which is relative to migrations.directory"],
  ["migrations\\", "does not exist", "is written with `/`"],
  ["db/changes", "contains no migrations of sql", "Set migrations.folder to the folder with the migration files"],
])("the setting migrations.folder is named when it is wrong: %s", async (folder, why, remedy) => {
  await withFiles({ "db/changes/.gitkeep": "" }, async (repository) => {
    await expect(requireTool("sql", repository, folder)).rejects.toMatchObject({
      message: `The folder ${folder} of the setting migrations.folder ${why}.`,
      remedy: expect.stringContaining(remedy),
    });
  });
});

test.each([
  "db:setup",
  "db:prepare",
  "db:push",
  "db:deploy",
  "db:init",
  "db:up",
  "db.migrate",
  "dbmigrate",
  "migrateDb",
  "ci:migrate",
  "apply-migrations",
  "knex:latest",
  "schema:apply",
  "db:migrate:latest",
])("the script %s of package.json is a sign of migrations", async (name) => {
  expect(await signsIn({ "package.json": JSON.stringify({ scripts: { [name]: "node x.js" } }) })).toEqual([
    `the script "${name}" in package.json`,
  ]);
});

test.each([
  "drizzle-kit push",
  "prisma db push",
  "tsx src/migrate.ts",
  "node ace migration:run",
  "psql $DATABASE_URL -f db/schema.sql",
  "typeorm-ts-node-commonjs -d src/db.ts migration:run",
])("a script that runs `%s` is a sign of migrations, whatever its name is", async (body) => {
  expect(await signsIn({ "package.json": JSON.stringify({ scripts: { prepare: body } }) })).toEqual([
    'the script "prepare" in package.json',
  ]);
});

test.each([
  ["db:up", "docker compose up -d db"],
  ["db:setup", "offshoot up"],
  ["migrate-styles", "sass-migrator x"],
  ["test", "vitest src/migrate.test.ts"],
  ["db:studio", "drizzle-kit studio"],
])("the script %s, which runs `%s`, is none", async (name, body) => {
  expect(await signsIn({ "package.json": JSON.stringify({ scripts: { [name]: body } }) })).toEqual([]);
});

test.each([
  ["Rakefile", "namespace :db do\n  task :migrate do\n  end\nend\n", 'the target "migrate" in Rakefile'],
  ["Procfile", "web: gunicorn app\nrelease: python manage.py migrate\n", "the release command in Procfile"],
  ["fly.toml", '[deploy]\n  release_command = "npx prisma migrate deploy"\n', "the release command in fly.toml"],
  [
    "docker-compose.yml",
    "services:\n  db:\n    image: postgres\n  migrate:\n    image: app\n",
    "the service migrate in docker-compose.yml",
  ],
  ["mise.toml", "[tasks.migrate]\nrun = 'x'\n", 'the target "migrate" in mise.toml'],
])("what migrates is found in %s", async (file, text, sign) => {
  expect(await signsIn({ [file]: text })).toEqual([sign]);
});

test.each([
  ["Procfile", "release: ./notify.sh\n"],
  ["docker-compose.yml", "services:\n  db:\n    image: postgres\n    environment:\n      migrate: 'no'\n"],
])("what does not migrate in %s is none", async (file, text) => {
  expect(await signsIn({ [file]: text })).toEqual([]);
});

test.each([
  '[dependencies]\nsqlx = { version = "0.8", features = ["postgres", "migrate"] }\n',
  '[dependencies]\nsqlx = { version = "0.8", features = [\n  "postgres",\n  "migrate",\n] }\n',
  '[workspace.dependencies.sqlx]\nversion = "0.8"\nfeatures = ["migrate"]\n',
])("the feature migrate of sqlx is a sign of migrations: %j", async (text) => {
  expect(await signsIn({ "Cargo.toml": text })).toEqual(["the package sqlx with its feature migrate in Cargo.toml"]);
});

test.each([
  '[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n',
  '[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\nother = { features = ["migrate"] }\n',
  '[dependencies.sqlx]\nfeatures = ["postgres"]\n[dependencies.other]\nfeatures = ["migrate"]\n',
])("sqlx without that feature is none: %j", async (text) => {
  expect(await signsIn({ "Cargo.toml": text })).toEqual([]);
});

test("the configuration of the Supabase CLI without migrations is a sign of them", async () => {
  expect(await signsIn({ "supabase/config.toml": "project_id = 'shop'\n" })).toEqual(["supabase/config.toml, without supabase/migrations"]);
});
