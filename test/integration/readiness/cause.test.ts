// @module-tag proof
import { chmod, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

/** A migration that fails, in the form of each tool: its file, its text, and how the error names it. */
const BROKEN: Readonly<Record<string, readonly [file: string, text: string, facts: object]>> = {
  alembic: [
    "migrations/versions/shop.py",
    'from alembic import op\nrevision = "r4"\ndown_revision = "r3"\n\ndef upgrade():\n    op.execute("alter table shop add x int")\n',
    { sqlstate: "42P01", file: "migrations/versions/shop.py", line: 6 },
  ],
  "db-migrate": [
    "migrations/20240104000004-shop.js",
    'exports.up = (db) => db.runSql("alter table shop add x int");\nexports.down = () => {};\n',
    { sqlstate: "42P01" },
  ],
  dbmate: [
    "db/migrations/20240104000004_shop.sql",
    "-- migrate:up\nalter table shop add x int;\n-- migrate:down\n",
    { sqlstate: "42P01", file: "20240104000004_shop.sql" },
  ],
  django: [
    "library/migrations/0004_shop.py",
    'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [("library", "0003_titles")]\n    operations = [migrations.RunSQL("alter table shop add x int")]\n',
    { sqlstate: "42P01", file: "library.0004_shop" },
  ],
  // drizzle-kit prints no error.
  drizzle: ["drizzle/0003_shop.sql", "alter table shop add x int;", { sqlstate: "42P01" }],
  knex: [
    "migrations/20240104000004_shop.cjs",
    'exports.up = (knex) => knex.raw("alter table shop\\n add x int default 42");\nexports.down = () => {};\n',
    { sqlstate: "42P01", file: "20240104000004_shop.cjs" },
  ],
  kysely: [
    "migrations/20240104000004_shop.ts",
    'import { sql } from "kysely";\nexport const up = (db: never) => sql`alter table shop add x int`.execute(db);\nexport const down = () => {};\n',
    { sqlstate: "42P01" },
  ],
  "mikro-orm": [
    "migrations/Migration20240104000004.js",
    'const { Migration } = require("@mikro-orm/migrations");\nexports.Migration20240104000004 = class Migration20240104000004 extends Migration {\n  up() {\n    this.addSql("alter table shop add x int");\n  }\n};\n',
    { sqlstate: "42P01" },
  ],
  "node-pg-migrate": [
    "migrations/20240104000004_shop.cjs",
    'exports.up = (pgm) => pgm.sql("alter table shop add x int");\n',
    { sqlstate: "42P01", file: "20240104000004_shop" },
  ],
  sequelize: [
    "migrations/20240104000004-shop.js",
    'exports.up = (queryInterface) => queryInterface.sequelize.query("alter table shop add x int");\nexports.down = () => {};\n',
    { sqlstate: "42P01" },
  ],
  sqitch: ["deploy/shop.sql", "alter table shop add x int;\n", { sqlstate: "42P01", file: "deploy/shop.sql", line: 1 }],
  sql: ["migrations/004_shop.sql", "alter table shop add x int;\n", { sqlstate: "42P01", file: "004_shop.sql" }],
  typeorm: [
    "migrations/1704326400004-shop.js",
    'module.exports = class Shop1704326400004 {\n  up(runner) {\n    return runner.query("alter table shop add x int");\n  }\n  down() {}\n};\n',
    { sqlstate: "42P01" },
  ],
  umzug: [
    "migrations/20240104000004-shop.js",
    'exports.up = ({ context }) => context.sequelize.query("alter table shop add x int");\nexports.down = () => {};\n',
    { sqlstate: "42P01" },
  ],
};

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});

afterAll(() => project.remove());

interface Thrown {
  readonly error: { readonly message: string; readonly meaning?: string; readonly remedy?: string; readonly facts: object };
}

async function failed(run: string, env: Record<string, string> = {}): Promise<Thrown["error"]> {
  const { code, stdout, stderr } = await project.offshoot(["migrate", "--run", run, "--json"], env);
  expect({ code, stderr }).toMatchObject({ code: 11 });
  return (JSON.parse(stdout) as Thrown).error;
}

afterEach(async () => {
  for (const name of await readdir(project.directory)) {
    await rm(join(project.directory, name), { recursive: true, force: true });
  }
});

for (const tool of REAL_TOOLS.filter(({ name }) => name in BROKEN).filter(isInstalled)) {
  test(`${tool.name}: the leader and a waiter get the database's own error first`, async () => {
    const [file, text, facts] = BROKEN[tool.name] ?? ["", "", {}];
    await copyTool(tool.name, project.directory);
    await project.write(file, text);
    if (tool.name === "sqitch") await append("sqitch.plan", "\nshop 2024-01-04T00:00:00Z Ada <ada@example.org> # A shop\n");
    if (tool.name === "drizzle") await addToJournal("0003_shop");
    await project.offshoot(["up", "--run", tool.name]);
    const leader = await failed(tool.name);
    const waiter = await failed(tool.name);
    for (const error of [leader, waiter]) {
      expect(error.message).toMatch(/^The migration failed: relation "shop" does not exist \(SQLSTATE 42P01/);
      expect(error.facts).toMatchObject({ databaseError: 'relation "shop" does not exist', ...facts });
    }
    expect(waiter.message).toContain("(run by ");
  });
}

test("an error whose rows are private shows the constraint, and neither the key nor the value", async () => {
  await mkdir(join(project.directory, "migrations"));
  await project.write("migrations/1.sql", "create table t (mail text);\ninsert into t values ('ada@example.org'), ('ada@example.org');");
  await project.write("migrations/2.sql", "create unique index t_mail on t (mail);");
  await project.offshoot(["up", "--run", "rows"]);
  const { message, facts } = await failed("rows");
  expect(message).toContain('could not create unique index "t_mail" (SQLSTATE 23505, constraint public.t.t_mail, 2.sql)');
  expect(JSON.stringify({ ...facts, message })).not.toContain("ada@example.org");
});

/** The environment of one start of a job in a GitLab pipeline. */
const job = (name: string, id: string, index = "1") => ({
  CI: "true",
  GITLAB_CI: "true",
  CI_PIPELINE_ID: "77",
  CI_PROJECT_PATH: "acme/shop",
  CI_JOB_NAME: name,
  CI_JOB_ID: id,
  CI_NODE_INDEX: index,
});

test("a retried job of a GitLab pipeline is a new attempt, and its sibling is not", async () => {
  await copyTool("sql", project.directory);
  await project.write(
    "migrate.sh",
    `#!/bin/sh\n[ -e flag ] && exec node -e "const{Client}=require('pg');(async()=>{const c=new Client(process.env.DATABASE_URL);await c.connect();await c.query('create table ok (id int)');await c.end()})()"\ntouch flag; echo "curl: (6) Could not resolve host"; exit 1\n`,
  );
  await chmod(join(project.directory, "migrate.sh"), 0o755);
  await project.write("offshoot.yaml", "migrations: { command: ./migrate.sh, files: [migrations/*.sql] }\n");
  const migrate = (env: Record<string, string>) => project.offshoot(["migrate", "--json"], env);
  await project.offshoot(["up"], job("test", "100"));
  const first = await migrate(job("test", "100"));
  expect(JSON.parse(first.stdout)).toMatchObject({
    error: {
      remedy:
        'This can pass by itself. To run the same migration again, use "Retry" on the job test in GitLab, or run `offshoot migrate --retry`.',
    },
  });
  for (const sibling of [job("lint", "101"), job("test", "102", "2"), job("test", "100")]) expect((await migrate(sibling)).code).toBe(11);
  const retried = await migrate(job("test", "103"));
  expect({ code: retried.code, stdout: JSON.parse(retried.stdout) as object }).toMatchObject({ code: 0, stdout: { state: "ran" } });
  expect(JSON.parse((await migrate(job("lint", "104"))).stdout)).toMatchObject({ state: "already" });
  await project.offshoot(["down"], job("test", "103"));
});

async function append(file: string, text: string): Promise<void> {
  await project.write(file, (await readFile(join(project.directory, file), "utf8")) + text);
}

async function addToJournal(tag: string): Promise<void> {
  const file = "drizzle/meta/_journal.json";
  const journal = JSON.parse(await readFile(join(project.directory, file), "utf8")) as { entries: { idx: number; when: number }[] };
  const last = journal.entries.at(-1);
  const entries = [...journal.entries, { ...last, idx: (last?.idx ?? 0) + 1, when: (last?.when ?? 0) + 1000, tag }];
  await project.write(file, JSON.stringify({ ...journal, entries }));
}
