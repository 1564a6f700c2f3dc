// @module-tag proof
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rehearsal } from "../../../src/commands/rehearse.ts";
import { formatUrl, parseUrl } from "../../../src/postgres/url.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
let admin: string;
/** URLs of production for its roles. */
let owner: string;
let member: string;
let tag: string;

const SLOW = { timeout: 240_000 };
const CONFIG = "migrations:\n  command: psql -X -q -v ON_ERROR_STOP=1 -f db/next.sql\n  files: [db]\n";

beforeAll(async () => {
  // pg_dump is needed, which the npm packages of Postgres lack.
  admin = await newDatabase("prod", { server: (await sharedServer(await findMajor(15))).url });
  const { database } = parseUrl(admin);
  tag = database.replace("prod_", "");
  const names = { owner: `app_owner_${tag}`, member: `Member "x" ${tag}` };
  await withSession(admin, (session) =>
    session.query(`
      create role app_ro_${tag}; create role "Read/Write ${tag}"; create role other_${tag}; create role batch_${tag}; create role no_member_${tag};
      create role ${names.owner} login password 'x' in role batch_${tag};
      create role "${names.member.replaceAll('"', '""')}" login password 'x' in role ${names.owner};
      grant app_ro_${tag} to ${names.owner} with admin option;
      alter role ${names.owner} set app.tenant = 'a b'; alter role ${names.owner} set search_path = app, public;
      alter database "${database}" owner to ${names.owner};
      create schema app authorization ${names.owner}; create schema foreign_part authorization other_${tag};
      set role ${names.owner};
      create table app.orders (id int primary key, total int); insert into app.orders values (1, 1);
      create function app.f() returns int language sql as 'select 1';
      create publication feed for table app.orders;
      reset role; grant create on schema app to batch_${tag};
      create table foreign_part.t (id int); alter table foreign_part.t owner to other_${tag};
      grant usage on schema foreign_part to public; grant select on foreign_part.t to ${names.owner};
      grant insert (id) on foreign_part.t to ${names.owner} with grant option;
      create publication everything for all tables with (publish = 'insert');
      create function public.watch() returns event_trigger language plpgsql as 'begin end';
      create event trigger watch_${tag} on ddl_command_end execute function public.watch();
      create foreign data wrapper files_${tag}; grant usage on foreign data wrapper files_${tag} to ${names.owner};
      create trusted language lang_${tag} handler plpgsql_call_handler inline plpgsql_inline_handler validator plpgsql_validator;
      select lo_create(91001); alter large object 91001 owner to ${names.owner};
    `),
  );
  await withSession(admin, async (session) => {
    await session.query("set allow_in_place_tablespaces = on");
    await session.query(`create tablespace fast_${tag} location ''`);
    await session.query(`grant create on tablespace fast_${tag} to ${names.owner}`);
  });
  const url = (user: string): string => formatUrl({ ...parseUrl(admin), user, password: "x" });
  owner = url(names.owner);
  member = url(names.member);
  project = await makeProject({ OWNER: owner, MEMBER: member, ADMIN: admin });
  await mkdir(join(project.directory, "db"));
  await project.write("offshoot.yaml", CONFIG);
}, 120_000);

afterAll(() => project.remove());

/** Statements, the role that runs them, and whether the copy has everything that they need. */
const CASES: readonly (readonly [sql: string, from: "OWNER" | "MEMBER" | "ADMIN", isKnown?: "unknown"])[] = [
  ["grant select on app.orders to app_ro_TAG", "OWNER"],
  ['grant select on app.orders to "Read/Write TAG"', "OWNER"],
  ["grant select on app.orders to missing_TAG", "OWNER"],
  ["alter table app.orders owner to app_owner_TAG", "OWNER"],
  ["alter table app.orders owner to batch_TAG", "OWNER"],
  ["alter table app.orders owner to no_member_TAG", "OWNER"],
  ["alter default privileges in schema app grant select on tables to app_ro_TAG", "OWNER"],
  ["alter default privileges for role batch_TAG in schema app grant select on tables to app_ro_TAG", "OWNER"],
  ["alter default privileges for role other_TAG grant select on tables to app_ro_TAG", "OWNER"],
  ["create policy p on app.orders to app_ro_TAG using (true)", "OWNER"],
  ["set role batch_TAG; create table app.by_batch (id int); reset role", "OWNER"],
  ["set role other_TAG", "OWNER"],
  ["grant select on app.orders to current_user", "OWNER"],
  ["do $$ begin if current_user <> 'app_owner_TAG' then raise 'other'; end if; end $$", "OWNER"],
  ["do $$ begin if current_setting('app.tenant') <> 'a b' then raise 'other'; end if; end $$", "OWNER"],
  ["alter table orders add by_path int", "OWNER"],
  ["alter table foreign_part.t add x int", "OWNER"],
  ["select * from foreign_part.t", "OWNER"],
  ["insert into foreign_part.t (id) values (1)", "OWNER"],
  ["grant insert (id) on foreign_part.t to app_ro_TAG", "OWNER"],
  ["update foreign_part.t set id = 1", "OWNER"],
  ["create schema mine authorization current_user", "OWNER"],
  ["create schema theirs authorization other_TAG", "OWNER"],
  ["grant app_ro_TAG to batch_TAG", "OWNER"],
  ["grant other_TAG to batch_TAG", "OWNER"],
  ["create role new_TAG", "OWNER"],
  ["alter publication feed drop table app.orders", "OWNER"],
  ["alter publication everything set (publish = 'insert')", "OWNER"],
  ["create table app.by_member (id int)", "MEMBER"],
  ["alter table app.orders add by_member int", "MEMBER"],
  ["alter table app.orders owner to session_user", "MEMBER"],
  ["alter table foreign_part.t add by_admin int", "ADMIN"],
  ["alter table app.orders owner to other_TAG", "ADMIN", "unknown"],
  ["set role no_member_TAG", "ADMIN"],
  ["create role new_TAG", "ADMIN", "unknown"],
  ["alter table app.orders owner to postgres", "ADMIN", "unknown"],
  ["grant select on app.orders to postgres", "OWNER"],
  ["create index on app.orders (total) tablespace fast_TAG", "OWNER", "unknown"],
  ["create index on app.orders (total) tablespace slow_TAG", "OWNER"],
  ["alter event trigger watch_TAG disable", "ADMIN", "unknown"],
  ["create server s_TAG foreign data wrapper files_TAG", "OWNER", "unknown"],
  ["create function app.g() returns int language lang_TAG as 'begin return 1; end'", "OWNER", "unknown"],
  ["select current_setting('app.nothing')", "OWNER"],
  ["select lo_put(91001, 0, 'x')", "OWNER"],
];

/** The judge: the same statements on production itself, as the same role. */
const onProduction = async (sql: string, url: string): Promise<boolean> =>
  promisify(execFile)("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", `begin; ${sql}; rollback`, url]).then(
    () => true,
    () => false,
  );

const rehearse = async (from: string): Promise<{ readonly code: number | null; readonly result: Rehearsal }> => {
  const { code, stdout } = await project.call(["rehearse", "--json", "--no-alternatives", "--outbound", "allow", "--from", from]);
  return { code, result: JSON.parse(stdout) as Rehearsal };
};

test(
  "a migration succeeds in the copy where it succeeds on the server as the same role, or the finding says that the copy lacks something",
  {
    timeout: 900_000,
  },
  async () => {
    const seen: unknown[] = [];
    const wanted: unknown[] = [];
    for (const [template, from, isKnown] of CASES) {
      const sql = template.replaceAll("TAG", tag);
      const isDone = await onProduction(sql, { OWNER: owner, MEMBER: member, ADMIN: admin }[from]);
      await project.write("db/next.sql", `${sql};\n`);
      const { code, result } = await rehearse(from);
      const failures = result.findings.filter(({ code: each }) => each === "migration-fails" || each === "not-rehearsed");
      const doubts = failures.map((each) => [each.code, JSON.stringify(each.facts).includes("says nothing about production")]);
      seen.push([template, code, ...doubts.flat()]);
      const doubted = isKnown === "unknown";
      expect([template, isDone || !doubted]).toEqual([template, true]);
      wanted.push([template, ...(doubted ? [10, "not-rehearsed", true] : isDone ? [0] : [10, "migration-fails", false])]);
    }
    expect(seen).toEqual(wanted);
  },
);

/** The roles of the local server. */
const rolesHere = async (): Promise<readonly string[]> => {
  const env = JSON.parse((await project.call(["env", "--format", "json"])).stdout) as Record<string, string>;
  const rows = await withSession(env["DATABASE_URL_UNPOOLED"] ?? "", (session) =>
    session.query<{ name: string }>("select rolname::text as name from pg_roles where rolname !~ '^pg_' order by 1"),
  );
  return rows.map(({ name }) => name);
};

test("leaves no role behind, also when rehearsals with the same names run at once or were killed", SLOW, async () => {
  await project.write("offshoot.yaml", `postgres: 15\n${CONFIG}`);
  await project.write("db/next.sql", "select 1;\n");
  expect((await project.call(["up"])).code).toBe(0);
  const before = await rolesHere();
  await project.write("db/next.sql", `set role batch_${tag};\nreset role;\nselect pg_sleep(3);\n`);
  // As its owner, the role of the first is a member of the role. As another one, it is not: both are right at the same time.
  const loose = formatUrl({ ...parseUrl(admin), user: `loose_${tag}`, password: "x" });
  await withSession(admin, (session) =>
    session.query(`create role loose_${tag} login password 'x' in role app_owner_${tag}; grant batch_${tag} to loose_${tag}`),
  );
  const args = ["rehearse", "--json", "--no-alternatives", "--from"];
  const all = await Promise.all([
    project.offshoot([...args, "OWNER"]),
    project.offshoot([...args, "OWNER"]),
    project.offshoot([...args, "LOOSE"], { LOOSE: loose }),
  ]);
  expect(all.map(({ code, stderr }) => [code, code === 0 ? "" : stderr])).toEqual([
    [0, ""],
    [0, ""],
    [0, ""],
  ]);
  expect(await rolesHere()).toEqual(before);
  await project.write("db/next.sql", "select pg_sleep(60);\n");
  const killed = project.start([...args, "OWNER"]);
  while (!(await rolesHere()).includes(`app_owner_${tag}`)) await pause(100);
  await pause(2000);
  killed.child.kill("SIGKILL");
  await killed.finished;
  await project.write("db/next.sql", `grant select on app.orders to app_ro_${tag};\n`);
  // The databases of the killed process are dropped with the next one that is created, and its roles after them.
  expect((await rehearse("OWNER")).code).toBe(0);
  expect(await rolesHere()).toEqual(before);
  await project.call(["down"]);
});

test("runs a migration with a grant on the server after its rehearsal", SLOW, async () => {
  await project.write("offshoot.yaml", CONFIG);
  await project.write("db/next.sql", `grant update on app.orders to app_ro_${tag};\n`);
  const { code, stderr } = await project.call(["migrate", "--url", "OWNER", "--rehearse"]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("on a dump of the database of --url")]);
  const [row] = await withSession(admin, (session) =>
    session.query(`select has_table_privilege('app_ro_${tag}', 'app.orders', 'update') as granted`),
  );
  expect(row).toEqual({ granted: true });
});

test("does not say that production has no role which the local server does not have", SLOW, async () => {
  await project.write("offshoot.yaml", CONFIG);
  await project.write("db/next.sql", "create table t (id int);\ngrant select on t to nobody_here;\n");
  const { code, stdout } = await project.call(["rehearse"]);
  expect([code, stdout]).toEqual([10, expect.stringContaining('role "nobody_here" does not exist')]);
  expect(stdout).not.toContain("in the same way");
  expect(stdout).toMatch(/local server.*nothing is known about those of production.*--from/);
});
