import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A fourth migration of a sample project in `test/fixtures/tools`. Both are one SQL statement without double quotes. */
export interface AddedMigration {
  readonly up: string;
  readonly down: string;
}

type Form = (migration: AddedMigration) => readonly [path: string, text: string];

const commonJs =
  (path: string, run: string): Form =>
  ({ up, down }) => [path, `exports.up = (db) => ${run}("${up}");\nexports.down = (db) => ${run}("${down}");\n`];

/** The file in the form of each tool. */
const FORMS: Readonly<Record<string, Form>> = {
  alembic: ({ up, down }) => [
    "migrations/versions/shop.py",
    `from alembic import op\nrevision = "r4"\ndown_revision = "r3"\n\ndef upgrade():\n    op.execute("${up}")\n\ndef downgrade():\n    op.execute("${down}")\n`,
  ],
  "db-migrate": commonJs("migrations/20240104000004-shop.js", "db.runSql"),
  dbmate: ({ up, down }) => ["db/migrations/20240104000004_shop.sql", `-- migrate:up\n${up};\n-- migrate:down\n${down};\n`],
  django: ({ up, down }) => [
    "library/migrations/0004_shop.py",
    `from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("library", "0003_titles")]\n    operations = [migrations.RunSQL("${up}", "${down}")]\n`,
  ],
  drizzle: ({ up }) => ["drizzle/0003_shop.sql", `${up};\n`],
  "graphile-migrate": ({ up }) => ["migrations/committed/000004.sql", `${up};\n`],
  knex: commonJs("migrations/20240104000004_shop.cjs", "db.raw"),
  kysely: ({ up, down }) => [
    "migrations/20240104000004_shop.ts",
    `import { sql } from "kysely";\nexport const up = (db: never) => sql\`${up}\`.execute(db);\nexport const down = (db: never) => sql\`${down}\`.execute(db);\n`,
  ],
  laravel: ({ up, down }) => [
    "database/migrations/2024_01_04_000004_shop.php",
    `<?php\n\nreturn new class extends Illuminate\\Database\\Migrations\\Migration {\n    public function up(): void\n    {\n        Illuminate\\Support\\Facades\\DB::unprepared("${up}");\n    }\n\n    public function down(): void\n    {\n        Illuminate\\Support\\Facades\\DB::unprepared("${down}");\n    }\n};\n`,
  ],
  liquibase: ({ up, down }) => [
    "src/main/resources/db/changelog/changes/z-shop.sql",
    `--liquibase formatted sql\n\n--changeset ada:shop\n${up};\n--rollback ${down};\n`,
  ],
  "mikro-orm": ({ up, down }) => [
    "migrations/Migration20240104000004.js",
    `const { Migration } = require("@mikro-orm/migrations");\nexports.Migration20240104000004 = class Migration20240104000004 extends Migration {\n  up() {\n    this.addSql("${up}");\n  }\n  down() {\n    this.addSql("${down}");\n  }\n};\n`,
  ],
  "node-pg-migrate": commonJs("migrations/20240104000004_shop.cjs", "db.sql"),
  payload: ({ up, down }) => [
    "src/migrations/20240104_000004_shop.ts",
    `import { type MigrateDownArgs, type MigrateUpArgs, sql } from "@payloadcms/db-postgres";\n\nexport async function up({ db }: MigrateUpArgs) {\n  await db.execute(sql\`${up}\`);\n}\n\nexport async function down({ db }: MigrateDownArgs) {\n  await db.execute(sql\`${down}\`);\n}\n`,
  ],
  rails: ({ up, down }) => [
    "db/migrate/20240104000004_shop.rb",
    `class Shop < ActiveRecord::Migration[6.1]\n  def up\n    execute "${up}"\n  end\n\n  def down\n    execute "${down}"\n  end\nend\n`,
  ],
  sequelize: commonJs("migrations/20240104000004-shop.js", "db.sequelize.query"),
  sqitch: ({ up }) => ["deploy/shop.sql", `${up};\n`],
  sql: ({ up }) => ["migrations/004_shop.sql", `${up};\n`],
  supabase: ({ up }) => ["supabase/migrations/20240104000004_shop.sql", `${up};\n`],
  typeorm: ({ up, down }) => [
    "migrations/1704326400004-shop.js",
    `module.exports = class Shop1704326400004 {\n  up(runner) {\n    return runner.query("${up}");\n  }\n  down(runner) {\n    return runner.query("${down}");\n  }\n};\n`,
  ],
  umzug: commonJs("migrations/20240104000004-shop.js", "db.context.sequelize.query"),
};

/** Adds a migration to the copied sample project of a tool, as its newest. Returns the path of its file. */
export async function addMigration(tool: string, directory: string, migration: AddedMigration): Promise<string> {
  const form = FORMS[tool];
  if (form === undefined) throw new Error(`no form of a migration of ${tool}`);
  const [path, text] = form(migration);
  await writeFile(join(directory, path), text);
  const write = (file: string, content: string): Promise<void> => writeFile(join(directory, file), content);
  if (tool === "sql") await write("migrations/004_shop.down.sql", `${migration.down};\n`);
  if (tool === "sqitch") {
    await write("revert/shop.sql", `${migration.down};\n`);
    const plan = await readFile(join(directory, "sqitch.plan"), "utf8");
    await write("sqitch.plan", `${plan}\nshop 2024-01-04T00:00:00Z Ada <ada@example.org> # A shop\n`);
  }
  if (tool === "graphile-migrate") await write(path, await committed(directory, `${migration.up};`));
  if (tool === "drizzle") await addToJournal(directory, "0003_shop");
  return path;
}

/** A committed migration of graphile-migrate: its hash covers the hash of the one before. */
async function committed(directory: string, body: string): Promise<string> {
  const newest = await readFile(join(directory, "migrations/committed/000003.sql"), "utf8");
  const previous = /^--! Hash: (\S+)/m.exec(newest)?.[1] ?? "";
  const hash = createHash("sha1").update(`${previous}\n${body}\n`).digest("hex");
  return `--! Previous: ${previous}\n--! Hash: sha1:${hash}\n\n${body}\n`;
}

async function addToJournal(directory: string, tag: string): Promise<void> {
  const file = join(directory, "drizzle/meta/_journal.json");
  const journal = JSON.parse(await readFile(file, "utf8")) as { entries: { idx: number; when: number }[] };
  const last = journal.entries.at(-1);
  const entries = [...journal.entries, { ...last, idx: (last?.idx ?? 0) + 1, when: (last?.when ?? 0) + 1000, tag }];
  await writeFile(file, JSON.stringify({ ...journal, entries }));
}
