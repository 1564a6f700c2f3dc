// @module-tag proof
import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../../src/catalog/read.ts";
import { compareCatalogs } from "../../../../src/drift/compare.ts";
import { requireTool } from "../../../../src/migration-tools/detect.ts";
import { repositoryIn } from "../../../../src/migration-tools/repository.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { newDatabase } from "../../../support/new-database.ts";
import { withSession } from "../../../support/session.ts";
import { findPeer } from "../../../support/peers.ts";
import { copyTool, isInstalled, REAL_TOOLS, toolPath } from "../../../support/tools.ts";

/** What a tool could take for a parameter, a placeholder, an escape or the end of a string. */
const ODD = String.raw`100%% %s %(a)s :name {a} $\{b} \ \n " ''' $1 -- /* ?` + "\n\u0007\t`é`\u2028";

/** A body that stays in dollar quotes, with what a tool could take for the end of a statement or of a string. */
const BODY = String.raw`begin return $q$100% %s %(a)s :name :'name' {a} $\{b} \\ \n " ' '' $1 -- ; /* ? é MARK$q$ || $$;$$; end`.replace(
  "MARK",
  "`",
);

const BEFORE = "create type size as enum ('small', 'large')";

const DRIFT = `${BEFORE}; drop index books_by_title; alter table books add column extra text; alter table authors add check (id > -5);
  create function odd() returns text language sql as $$ select 'old'::text $$`;
const EXPECTED = `${BEFORE}; alter type size add value 'middle' before 'large';
  create function plain() returns text language plpgsql as $body$ ${BODY} $body$;
  create function odd() returns text language sql as $f$ select '${ODD.replaceAll("'''", "''")}'::text $f$;
  create table late (id integer primary key, "od""d \${c} %s" text default '${ODD.replaceAll("'''", "''")}'); comment on table late is '${ODD.replaceAll("'''", "''")}'`;

/** Statements for a superuser, renames, parts that a child table declares too, and a type in another type that a column uses. */
const ROLE = "do $$ begin create role formats_other; exception when duplicate_object then null; end $$";
const HARD_DRIFT = `${ROLE}; create schema ext; create extension citext schema public;
  create table parent (a integer, b text); create table child () inherits (parent); insert into child values (1, 'one');
  create type mood as enum ('good', 'odd', 'bad'); create type state as (since integer, mood mood);
  create table people (id integer primary key, state state); insert into people values (1, row(2, 'good'));
  alter table people rename to persons; alter table authors rename to writers`;
const HARD_EXPECTED = `${ROLE}; create schema ext; create extension citext schema ext;
  alter default privileges for role formats_other in schema public grant select on tables to public;
  create table parent (a integer, b text); create table child (a integer) inherits (parent);
  create type mood as enum ('good', 'bad'); create type state as (since bigint, mood mood);
  create table people (id integer primary key, state state)`;
const KEPT =
  "select (select a from child) as child, (select (state).since::integer from people) as since, (select (state).mood::text from people) as mood";

let project: Project;

beforeAll(async () => {
  project = await makeProject({ PATH: toolPath() });
});
afterEach(async () => {
  for (const name of await readdir(project.directory)) await rm(join(project.directory, name), { recursive: true, force: true });
});
afterAll(() => project.remove());

async function migrate(name: string, url: string): Promise<void> {
  const { command, env } = await requireTool(name, repositoryIn(project.directory));
  shell(command, url, env?.(url));
}

function shell(command: string, url: string, more: Readonly<Record<string, string>> = {}): void {
  const { hostname, port, username, password, pathname } = new URL(url);
  const env = {
    PATH: `${join(project.directory, "node_modules/.bin")}:${toolPath()}`,
    HOME: project.directory,
    DATABASE_URL: url,
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: password,
    PGDATABASE: pathname.slice(1),
    ...more,
  };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: project.directory, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
}

const catalogOf = (url: string) => withSession(url, (session) => readCatalog(session));

describe.each(["alembic", "django", "drizzle", "knex", "node-pg-migrate", "sql"] as const)("%s", (name) => {
  const tool = REAL_TOOLS.find((one) => one.name === name);

  test.runIf(tool !== undefined && isInstalled(tool))(
    "runs the repair as its next migration, also twice and on a new database",
    { timeout: 300_000 },
    async () => {
      await copyTool(name, project.directory);
      const [wanted, drifted, fresh] = [await newDatabase("wanted"), await newDatabase("drifted"), await newDatabase("fresh")];
      for (const url of [wanted, drifted, fresh]) await migrate(name, url);
      await withSession(wanted, (session) => session.query(`${EXPECTED}; ${HARD_EXPECTED}`));
      await withSession(drifted, (session) => session.query(`${DRIFT}; ${HARD_DRIFT}`));
      await withSession(fresh, (session) => session.query(`${EXPECTED}; ${HARD_EXPECTED}`));
      const expected = await catalogOf(wanted);

      const flags = ["--expected", "WANTED", "--actual", "DRIFTED", "--allow-destructive", "--repair", "--format", name];
      const { code, stderr } = await project.offshoot(["drift", ...flags], {
        WANTED: wanted,
        DRIFTED: drifted,
        OFFSHOOT_MIGRATIONS_TOOL: name,
      });
      expect({ code, stderr }).toMatchObject({ code: 10, stderr: expect.stringContaining("offshoot_repair") });
      expect(stderr).not.toContain("not repaired");

      for (const url of [drifted, fresh, drifted]) await migrate(name, url);
      expect(compareCatalogs(expected, await catalogOf(drifted))).toEqual([]);
      expect(await withSession(drifted, (session) => session.query(KEPT))).toEqual([{ child: 1, since: 2, mood: "good" }]);
      expect(compareCatalogs(expected, await catalogOf(fresh))).toEqual([]);

      const { revisions, stepCommands, env } = await requireTool(name, repositoryIn(project.directory));
      const down = stepCommands?.down(revisions);
      if (down !== undefined) shell(down, drifted, env?.(drifted));
      await migrate(name, drifted);
      expect(compareCatalogs(expected, await catalogOf(drifted))).toEqual([]);
    },
  );
});

/** The order of Flyway: numbers, part by part (Flyway documentation, "Versioned migrations"). */
function isNewer(one: string, other: string): boolean {
  const [left, right] = [one, other].map((version) => version.split(/[._]/).map(BigInt));
  const at = (left ?? []).findIndex((part, place) => part !== (right?.[place] ?? 0n));
  return at >= 0 && (left?.[at] ?? 0n) > (right?.[at] ?? 0n);
}

const FLYWAY_FILES = {
  "sql/V1__authors.sql": "create table authors (id serial primary key, name text not null);",
  "sql/V2__books.sql": "create table books (id serial primary key, author int references authors, title text);",
  "sql/V2.1__index.sql": "create index books_by_title on books (title);",
  "sql/B2__authors_and_books.sql": "select 1;",
  "sql/R__nothing.sql": "select 1;",
};

describe("flyway", () => {
  test.runIf(findPeer("psql") !== undefined)(
    "writes a version after all others, whose statements psql runs one by one, also twice and on a new database",
    { timeout: 120_000 },
    async () => {
      await mkdir(join(project.directory, "sql"));
      for (const [file, sql] of Object.entries(FLYWAY_FILES)) await project.write(file, sql);
      const [wanted, drifted, fresh] = [await newDatabase("wanted"), await newDatabase("drifted"), await newDatabase("fresh")];
      const versioned = Object.entries(FLYWAY_FILES).filter(([file]) => file.startsWith("sql/V"));
      for (const url of [wanted, drifted, fresh]) for (const [, sql] of versioned) await withSession(url, (session) => session.query(sql));
      await withSession(wanted, (session) => session.query(`${EXPECTED}; ${HARD_EXPECTED}`));
      await withSession(drifted, (session) => session.query(`${DRIFT}; ${HARD_DRIFT}`));
      await withSession(fresh, (session) => session.query(`${EXPECTED}; ${HARD_EXPECTED}`));

      const flags = ["--expected", "WANTED", "--actual", "DRIFTED", "--allow-destructive", "--repair", "--format", "flyway"];
      const { stderr } = await project.offshoot(["drift", ...flags], {
        WANTED: wanted,
        DRIFTED: drifted,
        OFFSHOOT_MIGRATIONS_TOOL: "flyway",
      });
      expect(stderr).not.toContain("not repaired");
      const written = (await readdir(join(project.directory, "sql"))).filter((file) => file.includes("offshoot_repair"));
      const [script = "", configuration] = written.toSorted();
      expect(configuration).toBe(`${script}.conf`);
      const version = /^V(\d+(?:[._]\d+)*)__[A-Za-z0-9_]+\.sql$/.exec(script)?.[1] ?? "0";
      expect(["1", "2", "2.1"].filter((other) => !isNewer(version, other))).toEqual([]);
      const lines = (await readFile(join(project.directory, "sql", `${script}.conf`), "utf8")).trim().split("\n");
      expect(lines).toEqual(["executeInTransaction=false", "placeholderReplacement=false"]);

      // Outside of a transaction, as Flyway runs it, so that each statement is one of its own.
      for (const url of [drifted, fresh, drifted]) shell(`psql -qX -v ON_ERROR_STOP=1 -f 'sql/${script}' "$DATABASE_URL"`, url);
      const expected = await catalogOf(wanted);
      expect(compareCatalogs(expected, await catalogOf(drifted))).toEqual([]);
      expect(await withSession(drifted, (session) => session.query(KEPT))).toEqual([{ child: 1, since: 2, mood: "good" }]);
      expect(compareCatalogs(expected, await catalogOf(fresh))).toEqual([]);
    },
  );
});
