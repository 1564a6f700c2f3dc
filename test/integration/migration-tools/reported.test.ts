// @module-tag proof
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { PEER_PACKAGES } from "../../support/peers.ts";
import { skipWithout } from "../../support/require.ts";
import { withSession } from "../../support/session.ts";
import { isInstalled, REAL_TOOLS, toolPath } from "../../support/tools.ts";

const run = promisify(execFile);

/** Small repositories for situations that users of the tools reported. */
vi.setConfig({ testTimeout: 180_000 });

const ENV = (configure: string): string => `import os
from alembic import context
from sqlalchemy import create_engine, pool
engine = create_engine(os.environ["DATABASE_URL"], poolclass=pool.NullPool)
with engine.connect() as connection:
    ${configure}
    with context.begin_transaction():
        context.run_migrations()
`;

const TICKET = `from alembic import op
import sqlalchemy as sa
revision = "a1"
down_revision = None

def upgrade():
    op.create_table("ticket", sa.Column("id", sa.Integer, primary_key=True), sa.Column("state", sa.Enum("open", "closed", name="state")))

def downgrade():
    op.drop_table("ticket")
`;

const MORE_STATES = `from alembic import op
revision = "a2"
down_revision = "a1"

def upgrade():
    with op.get_context().autocommit_block():
        op.execute("alter type state add value if not exists 'waiting'")

def downgrade():
    pass
`;

const FLASK_APP = `import os
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
Migrate(app, SQLAlchemy(app))
`;

const alembicWith = (configure: string, versions: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  "alembic.ini": "[alembic]\nscript_location = mig\n",
  "mig/env.py": ENV(configure),
  ...Object.fromEntries(Object.entries(versions).map(([name, text]) => [`mig/versions/${name}.py`, text])),
});

const has = (name: string): boolean => REAL_TOOLS.some((tool) => tool.name === name && isInstalled(tool));

async function projectWith(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = await makeProject({ PATH: toolPath() });
  onTestFinished(() => project.remove());
  await symlink(PEER_PACKAGES, join(project.directory, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(project.directory, dirname(path)), { recursive: true });
    await project.write(path, text);
  }
  return project;
}

async function urlOf(project: Project): Promise<string> {
  return (JSON.parse((await project.offshoot(["env", "--json"])).stdout) as { DATABASE_URL_UNPOOLED: string }).DATABASE_URL_UNPOOLED;
}

/** Migrates twice: the version table is found and complete, so the second command does nothing. */
async function migratesTwice(project: Project): Promise<string> {
  await project.offshoot(["up"]);
  const first = await project.offshoot(["migrate", "--json"]);
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('"ran"') });
  expect(first.stderr).not.toContain("was not checked");
  expect(await project.offshoot(["migrate", "--json"])).toMatchObject({ code: 0, stdout: expect.stringContaining('"already"') });
  return urlOf(project);
}

test.runIf(has("alembic"))(
  "Alembic: a database with a revision that the repository does not have fails with Alembic's own words",
  async () => {
    const project = await projectWith(alembicWith("context.configure(connection=connection)", { a1: TICKET, a2: MORE_STATES }));
    const url = await migratesTwice(project);
    await rm(join(project.directory, "mig/versions/a2.py"));
    await project.write("mig/versions/b2.py", MORE_STATES.replace('"a2"', '"b2"'));
    const { code, stderr } = await project.offshoot(["migrate", "--run", "other", "--url", url]);
    expect({ code, stderr }).toMatchObject({ code: 11 });
    expect(stderr).toContain("Can't locate revision identified by 'a2'");
  },
);

test.runIf(has("alembic"))("Alembic: a version table with another name in another schema is read", async () => {
  const configure =
    'connection.execute("create schema if not exists meta"); context.configure(connection=connection, version_table="versions", version_table_schema="meta")';
  const project = await projectWith(alembicWith(configure, { a1: TICKET, a2: MORE_STATES }));
  const url = await migratesTwice(project);
  expect(await withSession(url, (session) => session.query("select version_num from meta.versions"))).toEqual([{ version_num: "a2" }]);
});

test.runIf(has("alembic"))("Alembic: a rollback that leaves an enum behind, or a value of it, is a finding", async () => {
  const project = await projectWith(alembicWith("context.configure(connection=connection)", { a1: TICKET, a2: MORE_STATES }));
  const { code, stdout, stderr } = await project.offshoot(["rollback-check", "--json"]);
  expect({ code, stderr }).toMatchObject({ code: 10 });
  const { steps } = JSON.parse(stdout) as { steps: { verdict: string; error: string | null; lost: { object: string }[] }[] };
  expect(steps.map(({ verdict }) => verdict)).toEqual(["not-repeatable", "lossy"]);
  expect(steps[0]?.error).toContain('type "state" already exists');
  expect(steps.map(({ lost }) => lost.map(({ object }) => object))).toEqual([["public.state"], ["public.state"]]);
});

const FLASK = "/usr/lib/python3/dist-packages/flask_migrate/__init__.py";
if (!existsSync(FLASK)) skipWithout("flask-migrate", "it is not installed (bash .ci/machine)");

test.runIf(existsSync(FLASK)).each([
  ["its own folder", "migrations", ""],
  ["a folder that is set", "db/alembic", "migrations: { folder: db/alembic }\n"],
])("Flask-Migrate in %s: its command migrates and rolls back, and its version table is read", async (_, folder, configuration) => {
  const project = await projectWith({ "app.py": FLASK_APP, "offshoot.yaml": configuration });
  // What Flask-Migrate itself writes is what must be found.
  await run("/usr/bin/flask", ["db", "init", "-d", folder], { cwd: project.directory, env: { DATABASE_URL: "postgresql:///none" } });
  await project.write(`${folder}/versions/a1.py`, TICKET);
  await project.write(`${folder}/versions/a2.py`, MORE_STATES);
  const url = await migratesTwice(project);
  expect(await withSession(url, (session) => session.query("select version_num from alembic_version"))).toEqual([{ version_num: "a2" }]);
  const { code, stdout } = await project.offshoot(["rollback-check", "--json"]);
  const { steps } = JSON.parse(stdout) as { steps: { verdict: string }[] };
  expect({ code, verdicts: steps.map(({ verdict }) => verdict) }).toEqual({ code: 10, verdicts: ["not-repeatable", "lossy"] });
});

test.runIf(has("drizzle"))("Drizzle: a journal in a table and schema of the configuration is read", async () => {
  const project = await projectWith({
    "package.json": '{"devDependencies":{"drizzle-kit":"*","drizzle-orm":"*","pg":"*"}}',
    "drizzle.config.js":
      'module.exports = { dialect: "postgresql", out: "./drizzle", schema: "./schema.js", migrations: { table: "log", schema: "public" }, dbCredentials: { url: process.env.DATABASE_URL } };',
    "schema.js": "module.exports = {};",
    "drizzle/0000_base.sql": "create table base (id int primary key);",
    "drizzle/meta/_journal.json":
      '{"version":"7","dialect":"postgresql","entries":[{"idx":0,"version":"7","when":1000,"tag":"0000_base","breakpoints":true}]}',
  });
  const url = await migratesTwice(project);
  expect(await withSession(url, (session) => session.query("select count(*)::int as rows from public.log"))).toEqual([{ rows: 1 }]);
});

test.runIf(has("knex"))("Knex: a version table with another name is read", async () => {
  const project = await projectWith({
    "package.json": '{"devDependencies":{"knex":"*","pg":"*"}}',
    "knexfile.js": 'module.exports = { client: "pg", connection: process.env.DATABASE_URL, migrations: { tableName: "schema_log" } };',
    "migrations/1_a.js":
      'exports.up = (knex) => knex.schema.createTable("a", (t) => t.increments());\nexports.down = (knex) => knex.schema.dropTable("a");\n',
  });
  const url = await migratesTwice(project);
  expect(await withSession(url, (session) => session.query("select name from schema_log"))).toEqual([{ name: "1_a.js" }]);
});
