import { describe, expect, test } from "vitest";
import { requireTool } from "../../../src/migration-tools/detect.ts";
import type { Project } from "../../../src/migration-tools/tool.ts";
import { withFiles } from "../../support/tools.ts";

const projectOf = (tool: string, files: readonly string[], texts: Readonly<Record<string, string>> = {}): Promise<Project> =>
  withFiles({ ...Object.fromEntries(files.map((file) => [file, ""])), ...texts }, (repository) => requireTool(tool, repository));

const alembic = (): Promise<Project> =>
  projectOf("alembic", [], {
    "alembic.ini": "[alembic]\n",
    "alembic/versions/a.py": 'revision = "a"\ndown_revision = None\n',
    "alembic/versions/b.py": 'revision = "b"\ndown_revision = "a"\n',
    "alembic/versions/c.py": 'revision = "c"\ndown_revision = "a"\n',
    "alembic/versions/d.py": 'revision = "d"\ndown_revision = ("b", "c")\n',
  });

/** The commands that apply `next` revisions after the first `applied` ones, and that roll back the last applied one. */
async function linesOf(wanted: Promise<Project>, applied: number, next: number): Promise<readonly (string | undefined)[]> {
  const { stepCommands, revisions } = await wanted;
  return [
    stepCommands?.up(revisions.slice(0, applied), revisions.slice(applied, applied + next)),
    stepCommands?.down(revisions.slice(0, applied)),
  ];
}

test("a command that contains what is only for programs is shown as users type it", async () => {
  expect((await projectOf("sql", ["migrations/1.sql"])).shown).toBe("offshoot migrate");
  expect((await projectOf("flyway", ["sql/V1__a.sql"])).shown).toBe("flyway -locations=filesystem:sql migrate");
  expect((await alembic()).shown).toBeUndefined();
});

describe("the commands that apply or roll back single migrations", () => {
  test.each<{ tool: string; files: string[]; texts?: Record<string, string>; up: string; down: string | undefined }>([
    {
      tool: "node-pg-migrate",
      files: ["migrations/1_a.js", "migrations/2_b.js"],
      texts: { "package.json": '{"dependencies":{"node-pg-migrate":"*"}}' },
      up: "node-pg-migrate --no-verbose up 1",
      down: "node-pg-migrate --no-verbose down 1",
    },
    {
      tool: "knex",
      files: ["knexfile.js", "migrations/1_a.js", "migrations/2_b.js"],
      up: "knex migrate:latest",
      down: "knex migrate:down 1_a.js",
    },
    {
      tool: "db-migrate",
      files: ["migrations/1-a.js", "migrations/2-b.js"],
      texts: { "package.json": '{"dependencies":{"db-migrate":"*"}}' },
      up: "db-migrate up -c 1",
      down: "db-migrate down -c 1",
    },
    {
      tool: "rails",
      files: ["bin/rails", "db/migrate/1_a.rb", "db/migrate/2_b.rb"],
      up: "bin/rails db:migrate VERSION=2",
      down: "bin/rails db:migrate:down VERSION=1",
    },
    {
      tool: "django",
      files: [],
      texts: {
        "manage.py": "django",
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_a.py": "    dependencies = []\n",
        "shop/migrations/0002_b.py": '    dependencies = [("shop", "0001_a")]\n',
      },
      up: "python3 manage.py migrate --noinput shop 0002_b",
      down: "python3 manage.py migrate --noinput shop zero",
    },
    {
      tool: "sqitch",
      files: [],
      texts: { "sqitch.plan": "a 2024-01-01T00:00:00Z A <a@example.org>\nb 2024-01-01T00:00:00Z A <a@example.org>\n" },
      up: "sqitch deploy db:pg: --to-change @ROOT~1",
      down: "sqitch revert db:pg: -y",
    },
    {
      tool: "golang-migrate",
      files: ["migrations/01_a.up.sql", "migrations/01_a.down.sql", "migrations/02_b.up.sql"],
      up: 'migrate -path migrations -database "$DATABASE_URL" up 1',
      down: 'migrate -path migrations -database "$DATABASE_URL" down 1',
    },
    {
      tool: "sql",
      files: ["migrations/1.sql", "migrations/1.down.sql", "migrations/2.sql"],
      up: 'node "$APPLY_SQL" migrations up 1',
      down: 'node "$APPLY_SQL" migrations down',
    },
    {
      tool: "dbmate",
      files: [],
      texts: { "db/migrations/1_a.sql": "-- migrate:up\n", "db/migrations/2_b.sql": "-- migrate:up\n" },
      up: 'only=$(mktemp -d) && cp db/migrations/1_a.sql db/migrations/2_b.sql "$only" && dbmate --no-dump-schema -d "$only" migrate; status=$?; rm -rf "$only"; exit $status',
      down: "dbmate --no-dump-schema -d db/migrations rollback",
    },
    {
      tool: "sequelize",
      files: ["migrations/1-a.js", "migrations/2-b.js"],
      texts: { "package.json": '{"dependencies":{"sequelize-cli":"*"}}' },
      up: 'sequelize-cli db:migrate --to 2-b.js --url "$DATABASE_URL"',
      down: 'sequelize-cli db:migrate:undo --name 1-a.js --url "$DATABASE_URL"',
    },
    {
      tool: "mikro-orm",
      files: ["mikro-orm.config.ts", "migrations/Migration1.ts", "migrations/Migration2.ts"],
      texts: { "package.json": '{"dependencies":{"@mikro-orm/migrations":"*"}}' },
      up: "mikro-orm migration:up --to Migration2",
      down: "mikro-orm migration:down --only Migration1",
    },
    {
      tool: "kysely",
      files: ["kysely.config.ts", "migrations/1_a.ts", "migrations/2_b.ts"],
      up: "kysely migrate up 2_b --no-outdated-check",
      down: "kysely migrate down --no-outdated-check",
    },
    {
      tool: "umzug",
      files: ["migrations/1_a.js", "migrations/2_b.js"],
      texts: { "package.json": '{"dependencies":{"umzug":"*"}}', "migrate.js": "new Umzug({}).runAsCLI();" },
      up: "node migrate.js up --step 1",
      down: "node migrate.js down",
    },
    {
      tool: "goose",
      files: [],
      texts: { "migrations/00001_a.sql": "-- +goose Up\n", "migrations/00002_b.sql": "-- +goose Up\n" },
      up: 'goose -dir migrations postgres "$DATABASE_URL" up-to 2',
      down: 'goose -dir migrations postgres "$DATABASE_URL" down',
    },
    {
      tool: "ecto",
      files: ["mix.exs", "priv/repo/migrations/1_a.exs", "priv/repo/migrations/2_b.exs"],
      up: "mix ecto.migrate --step 1",
      down: "mix ecto.rollback --step 1",
    },
    {
      tool: "laravel",
      files: ["artisan", "database/migrations/2024_01_01_000000_a.php", "database/migrations/2024_01_02_000000_b.php"],
      up: "php artisan migrate --force --path=database/migrations/2024_01_02_000000_b.php",
      down: "php artisan migrate:rollback --force --step=1",
    },
    {
      tool: "entity-framework",
      files: ["Migrations/20240101000000_A.cs", "Migrations/20240102000000_B.cs"],
      texts: { "Shop.csproj": '<PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" />' },
      up: 'dotnet ef database update 20240102000000_B --connection "$EF_CONNECTION"',
      down: 'dotnet ef database update 0 --connection "$EF_CONNECTION"',
    },
  ])("are correct for $tool", async ({ tool, files, texts = {}, up, down }) => {
    expect(await linesOf(projectOf(tool, files, texts), 1, 1)).toEqual([up, down]);
  });

  test("name each revision for Alembic, or only the last one if each depends on the one before", async () => {
    expect(await linesOf(alembic(), 1, 1)).toEqual(["alembic upgrade b", "alembic downgrade a@base"]);
    expect((await linesOf(alembic(), 0, 2))[0]).toBe("alembic upgrade b");
    expect(await linesOf(alembic(), 2, 2)).toEqual(["alembic upgrade d", "alembic downgrade b@a"]);
    expect(await linesOf(alembic(), 1, 2)).toEqual(["alembic upgrade b && alembic upgrade c", "alembic downgrade a@base"]);
  });

  test("contain no rollback if there is no file for it", async () => {
    const files = ["migrations/1_a.up.sql", "migrations/1_a.down.sql", "migrations/2_b.up.sql"];
    expect((await linesOf(projectOf("golang-migrate", files), 2, 0))[1]).toBeUndefined();
    expect((await linesOf(projectOf("sql", ["migrations/1.sql", "migrations/2.sql", "migrations/1.down.sql"]), 2, 0))[1]).toBeUndefined();
  });
});
