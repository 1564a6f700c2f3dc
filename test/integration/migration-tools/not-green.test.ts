// @module-tag proof
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { newDatabase } from "../../support/new-database.ts";
import { PEER_PACKAGES } from "../../support/peers.ts";
import { withSession } from "../../support/session.ts";
import { toolPath } from "../../support/tools.ts";

vi.setConfig({ testTimeout: 120_000 });

let project: Project;

beforeAll(async () => {
  project = await makeProject({
    PATH: toolPath(),
    NODE_PATH: PEER_PACKAGES,
    OFFSHOOT_PROVIDER: "existing",
    OFFSHOOT_EXISTING_URL: inject("serverUrl"),
    OFFSHOOT_BASE: "false",
  });
});

afterEach(() => rm(join(project.directory, "migrations"), { recursive: true, force: true }));
afterAll(() => project.remove());

/** A program that runs each statement of its arguments, and continues after an error. */
const CARELESS = `const { Client } = require("pg");
(async () => {
  const client = new Client({ connectionString: process.env.MY_URL || process.env.DATABASE_URL });
  await client.connect();
  for (const sql of process.argv.slice(2)) await client.query(sql).catch((error) => console.log("failed: " + error.message));
  await client.end();
})();`;

async function runs(command: string, env: Record<string, string> = {}): Promise<{ readonly code: number | null; readonly stderr: string }> {
  await writeFile(join(project.directory, "m.cjs"), CARELESS);
  const name = `r${Math.random().toString(36).slice(2, 8)}`;
  return project.offshoot(["run", "--run", name, "--set", `migrations.command=${command}`, "--", "true"], env);
}

test("a command that ends with status 0, opens no session and leaves no table is named in a warning", async () => {
  const { code, stderr } = await runs("echo No pending migrations");
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^warning .*but the database has no table after it\./m) });
  expect(stderr).toContain("It opened no session at the URL that offshoot gave it: it did nothing, or migrated another database.");
});

test("a command that migrates another database is named in a warning, also with a table there", async () => {
  const { code, stderr } = await runs('node m.cjs "create table shop ()"', { MY_URL: await newDatabase("other") });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^warning .*migrated another database/m) });
});

test("a command whose only statement is refused, and that ends with status 0, fails with the server's error", async () => {
  const { code, stderr } = await runs('node m.cjs "create table shop (id nosuchtype)"');
  expect({ code, stderr }).toEqual({ code: 11, stderr: expect.stringContaining('type "nosuchtype" does not exist (SQLSTATE 42704') });
});

test("a command that continues after an error is named in a warning", async () => {
  const { code, stderr } = await runs('node m.cjs "create table a ()" "create table b (id nosuchtype)"');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("although the server refused a statement: type") });
});

test("a command that creates its tables has no warning", async () => {
  const { code, stderr } = await runs('node m.cjs "create table a ()"');
  expect({ code, warnings: stderr.match(/^warning.*/gm) }).toEqual({ code: 0, warnings: null });
});

test("a migration that fails with the code of a server that accepts no connections is a failed migration", async () => {
  const { code, stderr } = await runs("node -e 'process.stderr.write(`ERROR:  55000: cannot do that\\n`); process.exit(1)'");
  expect({ code, stderr }).toEqual({ code: 11, stderr: expect.stringContaining("The migration failed: cannot do that (SQLSTATE 55000)") });
  expect(stderr).not.toContain("Could not connect");
});

test("a migration that does not find another database does not start over", async () => {
  const { code, stderr } = await runs("node -e 'process.stderr.write(`FATAL:  3D000: database x does not exist\\n`); process.exit(1)'");
  expect({ code, stderr }).toEqual({ code: 11, stderr: expect.not.stringContaining("starting over") });
});

test("the job that leads reports that its own command did not end in time", async () => {
  const args = ["run", "--run", "slow", "--set", "timeouts.migrate=3s", "--set", "migrations.command=sleep 60", "--", "true"];
  const { code, stderr } = await project.offshoot(args);
  expect({ code, stderr }).toEqual({ code: 12, stderr: expect.stringContaining("the migration `sleep 60` did not end.") });
  expect(stderr).not.toContain("No job has started the migrations");
});

/** A repository with Knex, whose configuration has this connection and these settings. */
async function knex(connection: string, more = ""): Promise<void> {
  const files = {
    "package.json": '{"dependencies":{"knex":"3","pg":"8"}}',
    "knexfile.js": `module.exports = { client: "pg", connection: ${connection}${more} };`,
    "migrations/1_shop.js":
      'exports.up = (k) => k.schema.createTable("shop", (t) => t.increments()); exports.down = (k) => k.schema.dropTable("shop");',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(project.directory, name)), { recursive: true });
    await project.write(name, text);
  }
  await symlink(PEER_PACKAGES, join(project.directory, "node_modules")).catch(() => {});
}

test("a tool that migrated another database fails on a database that has tables, and no version table", async () => {
  await knex(JSON.stringify(await newDatabase("other")));
  const url = await newDatabase("legacy");
  await withSession(url, (session) => session.query("create table legacy ()"));
  const { code, stderr } = await project.offshoot(["migrate", "--run", "k1", "--url", url]);
  expect({ code, stderr }).toEqual({
    code: 11,
    stderr: expect.stringContaining("knex exited with status 0, but opened no session in this database."),
  });
});

test.each([
  [
    "the tool's own search path",
    ', pool: { afterCreate: (c, done) => c.query("create schema if not exists app; set search_path to app", done) }',
  ],
  ["", ""],
])("a version table in another schema is found: %s", async (_name, more) => {
  await knex("process.env.DATABASE_URL", more);
  const url = await newDatabase("schemas");
  // What a migration can do for all later sessions.
  if (more === "")
    await withSession(url, (session) =>
      session.query(`do $$ begin execute format('alter database %I set search_path = public', current_database()); end $$`),
    );
  const { code, stderr } = await project.offshoot(["migrate", "--run", `k2${more.length}`, "--url", url]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("was not checked") });
});
