// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { formatUrl, parseUrl } from "../../../src/postgres/url.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";

let project: Project;
/** A server with rows, as production. */
let production: string;

/** Long enough for a busy machine, and each statement within the limit of time of a role below. */
const WAIT = "select pg_sleep(0.6);\n".repeat(6);

const MIGRATIONS: Readonly<Record<string, string>> = {
  "001_start": "create table person (id int primary key, name text, mail text);\ncreate table tiny (id int);\n",
  "002_type": `-- Larger numbers.\n\nalter table person\n  alter column id type bigint;\n${WAIT}`,
  "003_index": `create index person_name on person (name);\n${WAIT}`,
  "004_comment": "comment on table person is 'secret remark 4711';\n",
};

beforeAll(async () => {
  // pg_dump is needed, which the npm packages of Postgres lack.
  const binaries = await findMajor(15);
  production = await newDatabase("production", { server: (await sharedServer(binaries)).url });
  await withSession(production, async (session) => {
    await session.query(
      "create schema offshoot; create table offshoot.applied (name text primary key, at timestamptz not null default now())",
    );
    await session.query("insert into offshoot.applied (name) values ('001_start')");
    await session.query(MIGRATIONS["001_start"] ?? "");
    await session.query("insert into person select g, 'name ' || g, 'mail' || g || '@example.org' from generate_series(1, 30000) g");
  });
  project = await makeProject({ PRODUCTION: production });
  await mkdir(join(project.directory, "migrations"));
  for (const [name, sql] of Object.entries(MIGRATIONS)) await project.write(`migrations/${name}.sql`, sql);
  await project.write(
    "offshoot.yaml",
    "migrations:\n  tool: sql\nrehearse:\n  blockedWrites: 150ms\n  rewrite: 1MB\n  tables:\n    nothing:\n      rewrite: 1GB\n      reason: was large\n      until: 2020-01-01\n",
  );
}, 120_000);

afterAll(() => project.remove());

const rehearse = async (
  args: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly result: Rehearsal; readonly stderr: string }> => {
  const { code, stdout, stderr } = await project.offshoot(["rehearse", "--json", ...args]);
  return { code, result: JSON.parse(stdout) as Rehearsal, stderr };
};

test("measures the pending migrations on a dump of a server, and leaves nothing behind", { timeout: 120_000 }, async () => {
  const { code, result } = await rehearse(["--from", "PRODUCTION"]);
  expect(code).toBe(10);
  expect(result.copy).toMatchObject({ origin: "dump", hasProductionRows: true });
  expect(result.migrations.map(({ name }) => name)).toEqual(["002_type", "003_index", "004_comment"]);
  expect(result.tables).toMatchObject([{ table: "public.person", strongestLock: "ACCESS EXCLUSIVE", rewritten: true }]);
  const [type, ...others] = result.findings;
  expect(type).toMatchObject({
    code: "reads-blocked",
    object: { name: "public.person" },
    at: { file: "migrations/002_type.sql", line: 3 },
  });
  expect(others.map(({ code: each, at }) => [each, at?.file])).toContainEqual(["table-rewritten", "migrations/002_type.sql"]);
  // The safer way of the index was rehearsed on another copy, and blocks nobody.
  const index = others.find(({ code: each, at }) => each === "writes-blocked" && at?.file === "migrations/003_index.sql");
  expect(index?.facts).toMatchObject({ measured: expect.stringMatching(/\btook .*; readers were blocked for 0 ms, writers for 0 ms$/) });
  expect(result.schema?.changes.map(({ object }) => object)).toContain("public.person_name");
  const validate = new Ajv({ strict: false }).compile(JSON.parse(await readFile("schema/rehearsal.schema.json", "utf8")));
  expect(validate(result) ? [] : validate.errors).toEqual([]);
  expect(JSON.stringify(result)).not.toMatch(/4711|secret remark|example\.org/);
  expect(JSON.parse((await project.offshoot(["list", "--json", "--all"])).stdout)).toEqual([]);
  const untouched = await withSession(production, (session) => session.query("select name from offshoot.applied"));
  expect(untouched).toEqual([{ name: "001_start" }]);
});

test("rehearses on a dump of the server of --url before its migrations run there", { timeout: 120_000 }, async () => {
  const { code, stderr } = await project.offshoot(["migrate", "--url", "PRODUCTION", "--rehearse"]);
  expect([code, stderr]).toEqual([10, expect.stringMatching(/did not run[^]*Rehearsed on a dump of the database of --url/)]);
});

test("reports first that there was no production data when the copy is local", { timeout: 120_000 }, async () => {
  const { stdout, code } = await project.offshoot(["rehearse"]);
  expect([code, stdout.split("\n")[0]]).toEqual([
    0,
    expect.stringMatching(/^There was no production data: rehearsed on an empty database/),
  ]);
});

test("finds a migration that fails on rows of production, with its cause and without the rows", { timeout: 120_000 }, async () => {
  await withSession(production, (session) => session.query("insert into person values (30001, 'name 1', null)"));
  await project.write("migrations/005_unique.sql", "alter table person\n  add constraint person_name_key unique (name);\n");
  const { code, result } = await rehearse(["--from", "PRODUCTION", "--no-alternatives"]);
  expect([code, result.outcome]).toEqual([10, "failed"]);
  const failure = result.findings.find(({ code: each }) => each === "fails-on-data");
  expect(failure).toMatchObject({ facts: { sqlstate: "23505" }, object: { name: "005_unique" } });
  expect(failure?.at).toEqual({ file: "migrations/005_unique.sql", line: 1 });
  expect(JSON.stringify(result)).not.toContain("name 1");
});

test("refuses a copy that can reach another system, and disables it with a flag", { timeout: 120_000 }, async () => {
  await project.write("migrations/005_unique.sql", "create index person_mail on person (mail);\n");
  const { stdout } = await project.offshoot(["up", "--json"]);
  const up = JSON.parse(stdout) as { readonly directUrl?: string };
  const env = JSON.parse((await project.offshoot(["env", "--format", "json"])).stdout) as Record<string, string>;
  const url = up.directUrl ?? env["DATABASE_URL_UNPOOLED"] ?? "";
  await withSession(url, (session) =>
    session.query(
      "create extension postgres_fdw; create server billing foreign data wrapper postgres_fdw options (host 'billing.example.org'); create user mapping for public server billing options (user 'x', password 'x'); create foreign table bill (id int) server billing",
    ),
  );
  const refused = await project.offshoot(["rehearse"]);
  expect([refused.code, refused.stderr]).toEqual([14, expect.stringContaining("foreign server billing")]);
  expect(refused.stderr).toMatch(/Set rehearse\.outbound to disable/);
  const set = await rehearse(["--set", "rehearse.outbound=disable"]);
  expect([set.code, set.result.copy.outbound]).toEqual([0, [{ name: "foreign server billing", state: "disabled" }]]);
  const { code, result } = await rehearse(["--outbound", "disable"]);
  expect([code, result.copy.outbound]).toEqual([0, [{ name: "foreign server billing", state: "disabled" }]]);
  expect(result.copy.description).toContain("a copy of this run's database");
  // Production can have the server that is disabled in the copy.
  await project.write("migrations/005_unique.sql", "delete from bill;\n");
  const failed = await rehearse(["--outbound", "disable"]);
  const advice = "disabled in the copy what reaches one (foreign server billing)";
  expect([failed.code, failed.result.findings]).toMatchObject([
    10,
    [{ code: "not-rehearsed", facts: { advice: expect.stringContaining(advice) } }, {}],
  ]);
  await project.write("migrations/005_unique.sql", "create index person_mail on person (mail);\n");
  await project.offshoot(["down"]);
});

test("deletes the copy when it is interrupted", { timeout: 120_000 }, async () => {
  await project.write("migrations/006_slow.sql", "select pg_sleep(60);\n");
  const running = project.start(["rehearse"]);
  await expect
    .poll(async () => JSON.parse((await project.call(["list", "--json", "--all"])).stdout) as unknown[], { timeout: 60_000 })
    .not.toEqual([]);
  await pause(1500);
  running.child.kill("SIGINT");
  const { code } = await running.finished;
  expect(code).not.toBe(0);
  expect(JSON.parse((await project.offshoot(["list", "--json", "--all"])).stdout)).toEqual([]);
});

test("fails a migration by the time limit that its role has in production", { timeout: 120_000 }, async () => {
  const role = `limited_${parseUrl(production).database}`;
  await withSession(production, async (session) => {
    await session.query(`create role ${role} superuser login password 'x'; alter role ${role} set statement_timeout = '700ms'`);
  });
  await project.write("migrations/006_slow.sql", "select pg_sleep(20);\n");
  const limited = formatUrl({ ...parseUrl(production), user: role, password: "x" });
  const { code, stdout } = await project.offshoot(["rehearse", "--json", "--no-alternatives", "--from", "LIMITED"], { LIMITED: limited });
  const { findings } = JSON.parse(stdout) as Rehearsal;
  expect([code, findings.map(({ code: each }) => each)]).toEqual([10, expect.arrayContaining(["fails-by-timeout"])]);
  const failure = findings.find(({ code: each }) => each === "fails-by-timeout");
  expect(failure).toMatchObject({ object: { name: "006_slow" }, facts: { sqlstate: "57014", settings: ["statement_timeout = 700ms"] } });
});

test.each([
  ["a cast", "alter table person alter column name type int using name::int;", "fails-on-data", "22P02"],
  ["a null", "insert into person (id) values (-1);\nalter table person alter column mail set not null;", "fails-on-data", "23502"],
  ["an extension that is not there", "create extension of_nobody;", "migration-fails", "0A000"],
])("finds %s that fails on production", { timeout: 120_000 }, async (_, sql, finding, sqlstate) => {
  await project.write("migrations/006_slow.sql", `${sql}\n`);
  const { code, result } = await rehearse(["--from", "PRODUCTION", "--no-alternatives"]);
  expect([code, result.outcome]).toEqual([10, "failed"]);
  expect(result.findings.find(({ code: each }) => each === finding)).toMatchObject({ facts: { sqlstate }, object: { name: "006_slow" } });
  expect(JSON.stringify(result)).not.toContain("name 1");
});
