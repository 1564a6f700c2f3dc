import { describe, expect, test } from "vitest";
import { isOffshootError } from "../../../src/errors.ts";
import { detectBelow, detectTool, detectTools, requireTool } from "../../../src/migration-tools/detect.ts";
import { TOOLS } from "../../../src/migration-tools/registry.ts";
import { withFiles } from "../../support/tools.ts";

interface Sample {
  readonly files: Readonly<Record<string, string>>;
  readonly evidence: string;
  readonly command: string;
  readonly covers: readonly string[];
  readonly tables: readonly string[];
  readonly ids: readonly string[];
}

const journal = JSON.stringify({ entries: [{ idx: 0, tag: "0000_a" }] });
const depends = (name: string): string => JSON.stringify({ devDependencies: { [name]: "*" } });

/** A small repository for each tool, and the expected result. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  alembic: {
    files: {
      "alembic.ini": "[alembic]\nscript_location = %(here)s/db\n",
      "db/versions/b.py": 'revision = "b1"\ndown_revision = "a1"\n',
      "db/versions/z.py": 'revision = "a1"\ndown_revision = None\n',
    },
    evidence: "alembic.ini",
    command: "alembic upgrade head",
    covers: ["alembic.ini", "db/**/*.py"],
    tables: ["public.alembic_version"],
    ids: ["a1", "b1"],
  },
  atlas: {
    files: {
      "atlas.hcl": 'env "ci" {\n  migration {\n    dir = "file://schema"\n  }\n}\n',
      "schema/atlas.sum": "h1:x\n",
      "schema/20240101000000_a.sql": "",
    },
    evidence: "schema/atlas.sum",
    command: 'atlas migrate apply --dir file://schema --url "$DATABASE_URL"',
    covers: ["schema/**"],
    tables: ["atlas_schema_revisions.*"],
    ids: ["20240101000000"],
  },
  "db-migrate": {
    files: { "package.json": depends("db-migrate"), "migrations/20240101-a.js": "", "migrations/sqls/20240101-a-up.sql": "" },
    evidence: "db-migrate in package.json",
    command: "db-migrate up",
    covers: ["migrations/**"],
    tables: ["public.migrations"],
    ids: ["/20240101-a"],
  },
  dbmate: {
    files: { "db/migrations/1_a.sql": "-- migrate:up\n", "db/migrations/2_b.sql": "-- migrate:up\n" },
    evidence: "`-- migrate:up` in db/migrations/2_b.sql",
    command: "dbmate --no-dump-schema -d db/migrations migrate",
    covers: ["db/migrations/**"],
    tables: ["public.schema_migrations"],
    ids: ["1", "2"],
  },
  django: {
    files: {
      "manage.py": "from django.core.management import main\n",
      "shop/migrations/__init__.py": "",
      "shop/migrations/0001_initial.py": "class Migration:\n    dependencies = []\n",
    },
    evidence: "manage.py",
    command: "python3 manage.py migrate --noinput",
    covers: ["manage.py", "**/migrations/*.py", "!**/site-packages/**"],
    tables: ["public.django_migrations"],
    ids: ["shop.0001_initial"],
  },
  drizzle: {
    files: { "drizzle.config.ts": 'export default { out: "./sql" }', "sql/meta/_journal.json": journal, "sql/0000_a.sql": "" },
    evidence: "drizzle.config.ts",
    command: "drizzle-kit migrate",
    covers: ["drizzle.config.ts", "sql/**"],
    tables: ["drizzle.*"],
    // SHA-256 of an empty file.
    ids: ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  },
  ecto: {
    files: { "mix.exs": "", "priv/repo/migrations/20240101000000_a.exs": "", "priv/repo/migrations/.formatter.exs": "" },
    evidence: "mix.exs",
    command: "mix ecto.migrate",
    covers: ["priv/repo/migrations/**"],
    tables: ["public.schema_migrations"],
    ids: ["20240101000000"],
  },
  "entity-framework": {
    files: {
      "Shop.csproj": '<PackageReference Include="Microsoft.EntityFrameworkCore.Design" />',
      "Migrations/20240101000000_A.cs": "",
      "Migrations/20240101000000_A.Designer.cs": "",
      "Migrations/ShopModelSnapshot.cs": "",
    },
    evidence: "Shop.csproj",
    command: 'dotnet ef database update --connection "$EF_CONNECTION"',
    covers: ["Shop.csproj", "Migrations/**"],
    tables: ["public.__EFMigrationsHistory"],
    ids: ["20240101000000_A"],
  },
  flyway: {
    files: { "sql/V10__b.sql": "", "sql/V2__a.sql": "", "sql/R__views.sql": "" },
    evidence: "sql/V2__a.sql",
    command:
      'FLYWAY_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?ApplicationName=$PGAPPNAME${PGSSLMODE:+&sslmode=$PGSSLMODE}${PGSSLROOTCERT:+&sslrootcert=$PGSSLROOTCERT}" ' +
      'FLYWAY_USER="$PGUSER" FLYWAY_PASSWORD="$PGPASSWORD" FLYWAY_POSTGRESQL_TRANSACTIONAL_LOCK=false flyway -locations=filesystem:sql migrate',
    covers: ["sql/**"],
    tables: ["public.flyway_schema_history"],
    ids: ["2", "10"],
  },
  "golang-migrate": {
    files: { "migrations/000001_a.up.sql": "", "migrations/000001_a.down.sql": "", "migrations/000002_b.up.sql": "" },
    evidence: "migrations/000001_a.up.sql",
    command: 'migrate -path migrations -database "$DATABASE_URL" up',
    covers: ["migrations/**"],
    tables: ["public.schema_migrations"],
    ids: ["1", "2"],
  },
  goose: {
    files: { "migrations/00009_a.sql": "-- +goose Up\n", "migrations/00010_b.go": "", "migrations/00011_c.sql": "-- +goose Up\n" },
    evidence: "`-- +goose Up` in migrations/00011_c.sql",
    command: 'goose -dir migrations postgres "$DATABASE_URL" up',
    covers: ["migrations/**"],
    tables: ["public.goose_db_version"],
    ids: ["9", "10", "11"],
  },
  "graphile-migrate": {
    files: { ".gmrc": "{}", "migrations/committed/000001.sql": "", "migrations/current.sql": "" },
    evidence: ".gmrc",
    command: "graphile-migrate migrate",
    covers: [".gmrc", "migrations/committed/**"],
    tables: ["graphile_migrate.*"],
    ids: ["000001.sql"],
  },
  knex: {
    files: { "knexfile.mjs": "", "migrations/1_a.js": "", "migrations/2_b.ts": "", "migrations/2_b.d.ts": "" },
    evidence: "knexfile.mjs",
    command: "knex migrate:latest --knexfile knexfile.mjs",
    covers: ["knexfile.mjs", "migrations/**"],
    tables: ["public.knex_migrations", "public.knex_migrations_lock"],
    ids: ["1_a.js", "2_b.ts"],
  },
  kysely: {
    files: { "kysely.config.ts": 'migrationFolder: "db/steps"', "db/steps/1_a.ts": "", "db/steps/1_a.d.ts": "", "db/steps/2_b.js": "" },
    evidence: "kysely.config.ts",
    command: "kysely migrate latest --no-outdated-check",
    covers: ["kysely.config.ts", "db/steps/**"],
    tables: ["public.kysely_migration", "public.kysely_migration_lock"],
    ids: ["1_a"],
  },
  laravel: {
    files: { artisan: "", "database/migrations/2024_01_01_000000_a.php": "" },
    evidence: "artisan",
    command: "php artisan migrate --force",
    covers: ["database/migrations/**"],
    tables: ["public.migrations"],
    ids: ["2024_01_01_000000_a"],
  },
  liquibase: {
    files: {
      "db/changelog/db.changelog-master.yaml": "databaseChangeLog:\n  - includeAll: { path: changes, relativeToChangelogFile: true }\n",
      "db/changelog/changes/1.sql": "",
    },
    evidence: "db/changelog/db.changelog-master.yaml",
    command:
      'LIQUIBASE_COMMAND_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE?ApplicationName=$PGAPPNAME${PGSSLMODE:+&sslmode=$PGSSLMODE}${PGSSLROOTCERT:+&sslrootcert=$PGSSLROOTCERT}" ' +
      'LIQUIBASE_COMMAND_USERNAME="$PGUSER" LIQUIBASE_COMMAND_PASSWORD="$PGPASSWORD" liquibase --changelog-file=db/changelog/db.changelog-master.yaml update',
    covers: ["db/changelog/**"],
    tables: ["public.databasechangelog", "public.databasechangeloglock"],
    ids: ["db/changelog/changes/1.sql::raw::includeAll"],
  },
  "mikro-orm": {
    files: {
      "package.json": depends("@mikro-orm/migrations"),
      "src/mikro-orm.config.ts": 'migrations: { path: "dist/db", pathTs: "./src/db", tableName: "steps" }',
      "src/db/Migration20240101000000.ts": "",
      "src/db/.snapshot-shop.json": "",
    },
    evidence: "src/mikro-orm.config.ts",
    command: "mikro-orm migration:up",
    covers: ["src/mikro-orm.config.ts", "src/db/**", "!src/db/.snapshot-*.json"],
    tables: ["public.steps"],
    ids: ["Migration20240101000000"],
  },
  "node-pg-migrate": {
    files: { "package.json": depends("node-pg-migrate"), "migrations/1_a.sql": "", "migrations/2_b.cjs": "" },
    evidence: "node-pg-migrate in package.json",
    command: "node-pg-migrate --no-verbose up",
    covers: ["migrations/**"],
    tables: ["public.pgmigrations"],
    ids: ["1_a", "2_b"],
  },
  payload: {
    files: {
      "package.json": depends("@payloadcms/db-postgres"),
      "src/payload.config.ts": "",
      "src/migrations/20240101_100000_a.ts": "",
      "src/migrations/20240101_100000_a.json": "",
      "src/migrations/index.ts": "",
    },
    evidence: "src/payload.config.ts",
    command: "payload migrate",
    covers: ["src/payload.config.ts", "src/migrations/**"],
    tables: ["public.payload_migrations"],
    ids: ["20240101_100000_a"],
  },
  prisma: {
    files: {
      "prisma/schema.prisma": "",
      "prisma/migrations/migration_lock.toml": "",
      "prisma/migrations/20240101_a/migration.sql": "",
      "prisma/migrations/20240102_b/migration.sql": "",
    },
    evidence: "prisma/schema.prisma",
    command: "prisma migrate deploy",
    covers: ["prisma/schema.prisma", "prisma/migrations/**"],
    tables: ["public._prisma_migrations"],
    ids: ["20240101_a", "20240102_b"],
  },
  rails: {
    files: { "bin/rails": "", "db/migrate/20240101000000_create_books.rb": "" },
    evidence: "bin/rails",
    command: "bin/rails db:migrate",
    covers: ["db/migrate/**"],
    tables: ["public.schema_migrations", "public.ar_internal_metadata"],
    ids: ["20240101000000"],
  },
  sequelize: {
    files: {
      "package.json": depends("sequelize-cli"),
      ".sequelizerc": 'module.exports = { "config": path.resolve("db", "config.json"), "migrations-path": path.resolve("db", "steps") };',
      "db/config.json": '{ "development": { "use_env_variable": "DATABASE_URL", "migrationStorageTableName": "done" } }',
      "db/steps/2-b.js": "",
      "db/steps/1-a.js": "",
    },
    evidence: "sequelize-cli in package.json",
    command: "sequelize-cli db:migrate",
    covers: [".sequelizerc", "db/config.json", "db/steps/**"],
    tables: ["public.done"],
    ids: ["1-a.js", "2-b.js"],
  },
  sql: {
    files: { "migrations/001_a.sql": "", "migrations/002_b.sql": "", "migrations/002_b.down.sql": "" },
    evidence: "migrations/001_a.sql",
    command: 'node "$APPLY_SQL" migrations up',
    covers: ["migrations/**/*.sql"],
    tables: ["offshoot.applied"],
    ids: ["001_a", "002_b"],
  },
  sqitch: {
    files: {
      "sqitch.plan":
        "%project=p\n\na 2024-01-01T00:00:00Z A <a@example.org> # first\n@v1 2024-01-01T00:00:00Z A <a@example.org>\nb [a] 2024-01-02T00:00:00Z A <a@example.org>\n",
      "deploy/a.sql": "",
    },
    evidence: "sqitch.plan",
    command: "sqitch deploy db:pg:",
    covers: ["sqitch.plan", "deploy/**"],
    tables: ["sqitch.*"],
    ids: ["a", "b"],
  },
  supabase: {
    files: { "supabase/config.toml": "", "supabase/migrations/20240101000000_a.sql": "", "supabase/seed.sql": "" },
    evidence: "supabase/config.toml",
    command: 'supabase db push --yes --include-all --db-url "$DATABASE_URL"',
    covers: ["supabase/config.toml", "supabase/migrations/**"],
    tables: ["supabase_migrations.*"],
    ids: ["20240101000000"],
  },
  typeorm: {
    files: {
      "package.json": depends("typeorm"),
      "src/data-source.ts": 'new DataSource({ migrations: ["src/steps/*.ts"], migrationsTableName: "done" })',
      "src/steps/1-b.ts": "export class B1704067200002 implements MigrationInterface {",
      "src/steps/2-a.ts": "export class A1 implements MigrationInterface {\n  name = 'A1704067200001'\n",
      "src/steps/helper.ts": "export class Helper {}",
    },
    evidence: "src/data-source.ts",
    command: "typeorm-ts-node-commonjs migration:run -d src/data-source.ts",
    covers: ["src/data-source.ts", "src/steps/**"],
    tables: ["public.done"],
    ids: ["A1704067200001", "B1704067200002"],
  },
  umzug: {
    files: {
      "package.json": depends("umzug"),
      "src/migrate.ts": 'migrations: { glob: "db/steps/*.ts" }, storage: { executed: () => sql`select title from done` } }).runAsCLI()',
      "db/steps/1-a.ts": "",
    },
    evidence: "src/migrate.ts",
    command: "tsx src/migrate.ts up",
    covers: ["src/migrate.ts", "db/steps/**"],
    tables: ["public.done"],
    ids: ["1-a.ts"],
  },
};

test("every supported tool has a sample in this file", () => {
  expect(TOOLS.map(({ name }) => name).toSorted()).toEqual(Object.keys(SAMPLES).toSorted());
});

for (const [name, { files, evidence, command, covers, tables, ids }] of Object.entries(SAMPLES)) {
  test(`${name} is detected by its files, with its command, fingerprint files, version table and revisions`, async () => {
    const project = await withFiles(files, (repository) => detectTool(repository));
    expect(project).toMatchObject({ tool: name, evidence, command, files: covers });
    expect(project?.versionTable.tables).toEqual(tables);
    expect(project?.revisions.map(({ id }) => id)).toEqual(ids);
  });
}

test("a repository without migrations has no tool, even if it has the configuration of one", async () => {
  const files = { "knexfile.js": "", "manage.py": "django", "bin/rails": "", "package.json": depends("db-migrate"), ".gmrc": "{}" };
  expect(await withFiles(files, (repository) => detectTools(repository))).toEqual([]);
  expect(await withFiles({}, (repository) => detectTool(repository))).toBeUndefined();
});

test("a folder of SQL files that another tool uses is not detected as plain SQL", async () => {
  const files = { "package.json": depends("node-pg-migrate"), "migrations/1_a.sql": "" };
  const projects = await withFiles(files, (repository) => detectTools(repository));
  expect(projects.map(({ tool }) => tool)).toEqual(["node-pg-migrate"]);
});

describe("several tools in one repository", () => {
  const files = { ...SAMPLES["rails"]?.files, ...SAMPLES["alembic"]?.files };

  test("are an error that names each tool with its evidence, and how to choose one", async () => {
    const thrown: unknown = await withFiles(files, (repository) => detectTool(repository)).catch((error: unknown) => error);
    expect(isOffshootError(thrown) && [thrown.code, thrown.message]).toEqual([
      "TOOL_AMBIGUOUS",
      "Several migration tools were found: alembic (alembic.ini) and rails (bin/rails).",
    ]);
    expect(isOffshootError(thrown) && thrown.remedy).toContain("Set migrations.tool in offshoot.yaml to alembic, rails or none");
  });

  test("are accepted if one of them is set", async () => {
    expect(await withFiles(files, (repository) => requireTool("rails", repository))).toMatchObject({ tool: "rails" });
  });
});

test("a tool that is set but not used here is an error, with the expected files", async () => {
  const thrown: unknown = await withFiles({}, (repository) => requireTool("sqitch", repository)).catch((error: unknown) => error);
  expect(isOffshootError(thrown) && [thrown.code, thrown.meaning]).toEqual([
    "TOOL_UNSUITABLE",
    "Expected sqitch.plan, or the plan that sqitch.conf names.",
  ]);
});

for (const name of [
  "knex",
  "node-pg-migrate",
  "db-migrate",
  "dbmate",
  "rails",
  "prisma",
  "sql",
  "flyway",
  "golang-migrate",
  "goose",
  "sequelize",
  "ecto",
  "laravel",
]) {
  test(`${name} finds its migration files in a given folder`, async () => {
    const { files = {} } = SAMPLES[name] ?? {};
    const from =
      {
        rails: "db/migrate",
        prisma: "prisma/migrations",
        flyway: "sql",
        dbmate: "db/migrations",
        sequelize: "db/steps",
        ecto: "priv/repo/migrations",
        laravel: "database/migrations",
      }[name] ?? "migrations";
    const moved = Object.fromEntries(Object.entries(files).map(([path, text]) => [path.replace(`${from}/`, "elsewhere/"), text]));
    const project = await withFiles(moved, (repository) => requireTool(name, repository, "elsewhere"));
    expect(project.revisions.map(({ id }) => id)).toEqual(SAMPLES[name]?.ids);
    expect(project.files.some((pattern) => pattern.startsWith("elsewhere/"))).toBe(true);
  });
}

test("a package.json that is not JSON is an error that names the file", async () => {
  await withFiles({ "package.json": '{ "dependencies": {,} }' }, async (repository) => {
    await expect(detectTools(repository)).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("package.json in /") });
  });
});

test.each(["null", "[]", "3", '"text"', '{ "dependencies": null }', '{ "dependencies": "knex" }'])(
  "a package.json with the content %s has no dependencies",
  async (text) => {
    await withFiles({ "package.json": text }, async (repository) => {
      expect(await repository.depends("knex")).toBe(false);
    });
  },
);

test("Flyway versions are written as Flyway records them, in numeric order", async () => {
  const files = ["V010__c.sql", "V2_01__b.sql", "V001__a.sql", "V20240101120000999__e.sql", "V20240101120000998__d.sql"];
  const project = await withFiles(Object.fromEntries(files.map((file) => [`sql/${file}`, ""])), (repository) =>
    requireTool("flyway", repository),
  );
  expect(project.revisions.map(({ id }) => id)).toEqual(["001", "2.01", "010", "20240101120000998", "20240101120000999"]);
});

test("tools in subfolders are found three levels deep, and not in folders of examples, tests and installed packages", async () => {
  const sql = "migrations/1.sql";
  const places = [
    "api",
    "services/shop",
    "a/b/c",
    "a/b/c/d",
    "a/b2/c/d",
    "examples/shop",
    "api/worker",
    "x/tests/fixtures",
    "node_modules/shop",
    "x/vendor/y",
    ".git/x",
  ];
  const files = Object.fromEntries(places.map((place) => [`${place}/${sql}`, "select 1"]));
  const found = await withFiles(files, detectBelow);
  expect(found.map(({ folder, tool }) => `${tool} in ${folder}`)).toEqual(["sql in api", "sql in services/shop", "sql in a/b/c"]);
});

test("outside of a checkout only direct subfolders are searched", async () => {
  const found = await withFiles({ "api/migrations/1.sql": "select 1", "services/shop/migrations/1.sql": "select 1" }, detectBelow);
  expect(found.map(({ folder }) => folder)).toEqual(["api"]);
});

test("every sample repository is also found in a subfolder", async () => {
  for (const [tool, { files }] of Object.entries(SAMPLES)) {
    const below = Object.fromEntries(Object.entries(files).map(([path, text]) => [`services/shop/${path}`, text]));
    const found = await withFiles({ ...below, ".git/HEAD": "" }, detectBelow);
    expect(found.map((each) => `${each.tool} in ${each.folder}`)).toContain(`${tool} in services/shop`);
  }
});

const kysely = (path: string, folder: string) => ({ [path]: `export default { migrations: { migrationFolder: ${folder} } };` });

const knex = (directory: string) => ({ "knexfile.js": `module.exports = { migrations: { directory: ${directory} } };` });
const depending = (name: string) => ({ "package.json": depends(name) });

describe("the folder of the migrations is the one in which the tool looks", () => {
  const payload = { "package.json": depends("@payloadcms/db-postgres"), "migrations/2_b.ts": "" };
  test.each<[string, Record<string, string>, string | undefined]>([
    ["Payload, in the first folder that exists", { ...payload, "payload.config.ts": "" }, "migrations/**"],
    ["Payload, also if that folder is empty", { ...payload, "payload.config.ts": "", "src/migrations/.keep": "" }, undefined],
    [
      "Payload, with a folder that is joined",
      { ...payload, "src/payload.config.ts": "migrationDir: path.resolve(dirname, 'db/changes')", "src/db/changes/1_a.ts": "" },
      "src/db/changes/**",
    ],
    ["Kysely", { ...kysely("kysely.config.ts", '"db/m"'), "db/m/1_a.ts": "" }, "db/m/**"],
    ["Kysely, in .config", { ...kysely(".config/kysely.config.ts", '"../db/m"'), "db/m/1_a.ts": "" }, "db/m/**"],
    ["Kysely, in .config with a folder in it", { ...kysely(".config/kysely.config.ts", '"db/m"'), "db/m/1_a.ts": "" }, undefined],
    ["Kysely, joined", { ...kysely("kysely.config.ts", 'path.join(__dirname, "db/m")'), "db/m/1_a.ts": "" }, "db/m/**"],
    ["Kysely, computed", { ...kysely("kysely.config.ts", "process.env.M"), "migrations/1_a.ts": "" }, undefined],
    ["Knex, joined", { ...knex("path.join(__dirname, 'db', 'm')"), "db/m/1_a.js": "" }, "db/m/**"],
    ["Knex, in a template", { ...knex("`${__dirname}/db/m`"), "db/m/1_a.js": "" }, "db/m/**"],
    ["Knex, added to its folder", { ...knex("__dirname + '/db/m'"), "db/m/1_a.js": "" }, "db/m/**"],
    ["Knex, several", { ...knex("['./db/m', path.join(__dirname, 'db/n')]"), "db/m/1_a.js": "", "db/n/2_b.js": "" }, "db/n/**"],
    ["Knex, computed", { ...knex("process.env.M"), "migrations/1_a.js": "" }, undefined],
    [
      "Knex, of an object that others spread",
      {
        "knexfile.js":
          "const base = { seeds: { directory: './seeds' }, migrations: { directory: './db/m' } };\nmodule.exports = { a: base, b: { ...base, migrations: { ...base.migrations, tableName: 't' } } };",
        "db/m/1_a.js": "",
        "seeds/1.js": "",
      },
      "db/m/**",
    ],
    [
      "MikroORM, computed",
      {
        ...depending("@mikro-orm/migrations"),
        "mikro-orm.config.js": "migrations: { path: process.env.M ?? 'db/m' }",
        "migrations/Migration1.js": "",
      },
      undefined,
    ],
    [
      "MikroORM, joined",
      {
        ...depending("@mikro-orm/migrations"),
        "mikro-orm.config.js": "migrations: { path: path.join(__dirname, 'db/m') }",
        "db/m/Migration1.js": "",
      },
      "!db/m/.snapshot-*.json",
    ],
    [
      "Drizzle, joined",
      { "drizzle.config.js": "out: path.join(__dirname, 'db/m'),", "db/m/meta/_journal.json": journal, "db/m/0000_a.sql": "" },
      "db/m/**",
    ],
    [
      "Drizzle, computed",
      { "drizzle.config.js": "out: process.env.M || 'x',", "drizzle/meta/_journal.json": journal, "drizzle/0000_a.sql": "" },
      undefined,
    ],
    [
      "Sequelize, computed",
      { ...depending("sequelize-cli"), ".sequelizerc": "module.exports = { 'migrations-path': folder };", "migrations/1-a.js": "" },
      undefined,
    ],
    [
      "node-pg-migrate, of a script",
      {
        "package.json": JSON.stringify({
          scripts: { migrate: "node-pg-migrate -m db/m -t log up" },
          dependencies: { "node-pg-migrate": "*" },
        }),
        "db/m/1_a.sql": "",
        "migrations/1_old.sql": "",
      },
      "db/m/**",
    ],
    ["dbmate, in a folder of the option -d", { "migrations/1_a.sql": "-- migrate:up\n" }, "migrations/**"],
  ])("%s", async (_, files, folder) => {
    expect((await withFiles(files, detectTool))?.files.at(-1)).toBe(folder);
  });
});

test("node-pg-migrate is run with the folder and the version table of its script", async () => {
  const scripts = { up: "node-pg-migrate up -m db/m --migrations-table=log", down: "node-pg-migrate down -m db/m --migrations-table=log" };
  const files = { "package.json": JSON.stringify({ scripts, dependencies: { "node-pg-migrate": "*" } }), "db/m/1_a.sql": "" };
  expect(await withFiles(files, detectTool)).toMatchObject({
    command: "node-pg-migrate --no-verbose -m db/m -t log up",
    versionTable: { name: "log", tables: ["public.log"] },
  });
});
