// @module-tag proof
import { chmod, mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { type HistoryMigration, prismaHistory } from "../../support/rehearsal/prisma-history.ts";
import { withSession } from "../../support/session.ts";

const LENGTH = 100;
/** The migrations that run on empty tables first. The others run on tables with rows. */
const FIRST = 60;
const ROWS = 2000;

/** What `prisma migrate deploy` does: it records a migration, sends its file as one message, and records its end. */
const SUBSTITUTE = `#!/usr/bin/env node
const { readdirSync, readFileSync } = require("node:fs");
const { Client } = require("pg");
(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query("select pg_advisory_lock(72707369)");
  await client.query('create table if not exists _prisma_migrations (migration_name text primary key, started_at timestamptz not null default now(), finished_at timestamptz, rolled_back_at timestamptz)');
  const { rows } = await client.query("select migration_name from _prisma_migrations where finished_at is not null");
  const done = new Set(rows.map((row) => row.migration_name));
  for (const name of readdirSync("prisma/migrations").sort().filter((each) => !done.has(each))) {
    await client.query("insert into _prisma_migrations (migration_name) values ($1)", [name]);
    await client.query(readFileSync("prisma/migrations/" + name + "/migration.sql", "utf8"));
    await client.query("update _prisma_migrations set finished_at = now() where migration_name = $1", [name]);
  }
  await client.end();
})();
`;

let project: Project;
beforeEach(async () => {
  project = await makeProject({ NODE_PATH: new URL("../../../node_modules", import.meta.url).pathname });
  await chmod(await writeIn("substitute/prisma", SUBSTITUTE), 0o755);
  await writeIn("prisma/schema.prisma", 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n');
}, 120_000);
afterEach(() => project.remove());

async function writeIn(name: string, text: string): Promise<string> {
  await mkdir(join(project.directory, dirname(name)), { recursive: true });
  return project.write(name, text);
}

async function add(migrations: readonly HistoryMigration[]): Promise<void> {
  for (const { name, sql } of migrations) await writeIn(`prisma/migrations/${name}/migration.sql`, sql);
}

function call(...args: readonly string[]): ReturnType<Project["offshoot"]> {
  const path = [join(project.directory, "substitute"), process.env["PATH"]].join(delimiter);
  return project.offshoot(args, { PATH: path });
}

async function rehearse(): Promise<Rehearsal> {
  const { stdout, stderr } = await call("rehearse", "--json", "--no-alternatives");
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Rehearsal;
}

/** Findings that stop somebody. */
function alarms({ findings }: Rehearsal): readonly unknown[] {
  return findings.filter(({ severity }) => severity !== "info");
}

test.each([1, 2, 3])("a history of Prisma with 100 migrations causes no false alarm, seed %i", { timeout: 600_000 }, async (seed) => {
  const history = prismaHistory(seed, LENGTH);
  const [first, others] = [history.slice(0, FIRST), history.slice(FIRST)];
  await add(first);
  const empty = await rehearse();
  expect({ outcome: empty.outcome, alarms: alarms(empty) }).toEqual({ outcome: "succeeded", alarms: [] });
  expect(empty.migrations.map(({ name }) => name)).toEqual(first.map(({ name }) => name));

  const up = await call("up", "--migrate", "--json");
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
  const env = JSON.parse((await call("env", "--format", "json")).stdout) as Readonly<Record<string, string>>;
  await withSession(env["DATABASE_URL_UNPOOLED"] ?? "", async (session) => {
    for (const sql of first.at(-1)?.fill(ROWS) ?? []) await session.query(sql);
    await session.query("analyze");
    // With it, names and constants that only code can have made are hidden. No migration has such ones.
    await session.query("create function unused() returns int language sql as 'select 1'");
  });
  await add(others);
  const filled = await rehearse();
  expect({ outcome: filled.outcome, alarms: alarms(filled) }).toEqual({ outcome: "succeeded", alarms: [] });
  expect(filled.migrations.map(({ name }) => name)).toEqual(others.map(({ name }) => name));
  expect(filled.copy.description).toContain("a copy of this run's database");
  expect(filled.schema?.changes.length).toBeGreaterThan(LENGTH / 5);
  expect(JSON.stringify(filled.schema)).not.toContain("…");
});
