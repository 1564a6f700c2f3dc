// @module-tag proof
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { withSession } from "../../support/session.ts";

const MAJORS = await Promise.all([14, 18].map(async (major) => ({ major, bin: major === 18 ? undefined : await findMajor(major) })));
const PG = new URL("../../../node_modules/pg/esm/index.mjs", import.meta.url).href;
const SLOW = { timeout: 120_000 };

/** Everything that a whole server has besides the databases of offshoot, as psql's own commands show it. */
const STATE = `select
  (select json_agg(json_build_array(rolname, rolsuper, rolcreatedb, rolcanlogin, rolconnlimit, rolpassword, shobj_description(oid, 'pg_authid')) order by rolname) from pg_authid where rolname !~ '^pg_') as roles,
  (select json_agg(json_build_array(roleid::regrole, member::regrole, admin_option) order by roleid::regrole::text, member::regrole::text) from pg_auth_members) as members,
  (select json_agg(json_build_array(setrole::regrole, setdatabase, setconfig) order by setrole, setdatabase) from pg_db_role_setting where setdatabase = 0 or setdatabase in (select oid from pg_database where datname = 'postgres')) as settings,
  (select json_agg(json_build_array(datname, datconnlimit) order by datname) from pg_database where datname !~ '^offshoot') as databases,
  (select json_agg(a::text order by a::text) from pg_database, unnest(coalesce(datacl, acldefault('d', datdba))) a where datname = 'postgres') as rights,
  (select json_agg(json_build_array(slot_name)) from pg_replication_slots) as slots,
  (select json_agg(json_build_array(gid)) from pg_prepared_xacts) as prepared,
  (select json_agg(json_build_array(name, setting)) from pg_file_settings where sourcefile ~ 'auto.conf') as system,
  (select json_agg(spcname order by spcname) from pg_tablespace) as tablespaces`;

describe.each(MAJORS.filter(({ major, bin }) => major === 18 || bin !== undefined))("on PostgreSQL $major", ({ bin }) => {
  let server: TestServer;
  let project: Project;

  beforeAll(async () => {
    server = await startServer({ wal_level: "logical", max_prepared_transactions: 5 }, bin === undefined ? {} : { binaries: bin });
    await sql("create role kept_owner login password 'first' connection limit 7");
    await sql("create role kept_group; grant kept_group to kept_owner; comment on role kept_owner is 'before'");
    await sql("alter role kept_owner set search_path = app, public; alter role kept_owner in database postgres set work_mem = '5MB'");
  }, 60_000);
  afterAll(() => server.stop());

  beforeEach(async () => {
    project = await makeProject({ OFFSHOOT_PROVIDER: "existing", OFFSHOOT_EXISTING_URL: server.url });
    await mkdir(join(project.directory, "migrations"));
    await project.write("offshoot.yaml", "migrations:\n  tool: sql\n");
  });
  afterEach(async () => {
    await project.offshoot(["down"]);
    await project.remove();
  });

  function sql(text: string): Promise<Record<string, unknown>[]> {
    return withSession(server.url, (session) => session.query(text));
  }

  const state = async (): Promise<unknown> => (await sql(STATE))[0];
  const copies = (): Promise<unknown> => sql("select datname from pg_database where datname ~ '^offshoot'");

  const EVERYTHING = `
    create role left_behind_role login;
    alter role left_behind_role set search_path = app;
    comment on role left_behind_role is 'mine';
    grant left_behind_role to kept_owner;
    create table own (id int); alter table own owner to left_behind_role;
    grant connect on database postgres to left_behind_role;
    alter role kept_owner connection limit 9 password 'second' createdb;
    alter role kept_owner set search_path = other;
    alter role kept_owner set lock_timeout = '3s';
    alter role kept_owner in database postgres reset work_mem;
    comment on role kept_owner is 'after';
    revoke kept_group from kept_owner;
    drop role kept_group;
    alter database postgres set statement_timeout = '1h';
    create subscription one_sub connection 'host=127.0.0.1 port=1 dbname=x' publication p with (connect = false);
  `;

  test("puts back what a rehearsal changed on the whole server, so that the next one and the real run succeed", SLOW, async () => {
    const before = await state();
    await project.write("migrations/001_all.sql", EVERYTHING);
    await project.write("migrations/002_db.sql", "create database left_database;\n");
    await project.write("migrations/003_system.sql", "alter system set work_mem = '7MB';\n");
    for (const _ of [1, 2]) {
      const { code, stderr } = await project.offshoot(["rehearse", "--outbound", "allow"]);
      expect.soft(stderr).not.toContain("was not undone");
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      expect(await state()).toEqual(before);
      expect(await copies()).toEqual([]);
    }
  });

  test("puts back what a command sent whose text nobody has, and deletes a copy with open transactions and slots", SLOW, async () => {
    const before = await state();
    await project.write(
      "migrate.mjs",
      `import pg from ${JSON.stringify(PG)};
       const client = new pg.Client(process.env.DATABASE_URL);
       await client.connect();
       await client.query("select pg_create_logical_replication_slot('slot_here', 'pgoutput')");
       await client.query("select pg_create_physical_replication_slot('slot_of_server')");
       await client.query("create role sent_role");
       await client.query("begin; create table p (id int); prepare transaction 'left_open'");
       await client.end();`,
    );
    await project.write("offshoot.yaml", "migrations:\n  command: node migrate.mjs\n");
    const { code, stderr } = await project.offshoot(["rehearse"]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("was not undone")]);
    expect(await state()).toEqual(before);
    expect(await copies()).toEqual([]);
  });

  test("keeps a role that a migration made before it failed from the next rehearsal", SLOW, async () => {
    const before = await state();
    await project.write("migrations/001_a.sql", "create role failed_role;\n");
    await project.write("migrations/002_b.sql", "select 1/0;\n");
    expect((await project.offshoot(["rehearse"])).code).toBe(10);
    expect(await state()).toEqual(before);
  });

  test("puts the server back after an interruption", SLOW, async () => {
    const before = await state();
    await project.write("migrations/001_a.sql", "create role cut_role; alter role kept_owner connection limit 3;\n");
    await project.write("migrations/002_b.sql", "select pg_sleep(60);\n");
    const running = project.start(["rehearse"]);
    await expect.poll(() => sql("select 1 from pg_roles where rolname = 'cut_role'"), { timeout: 30_000 }).toHaveLength(1);
    running.child.kill("SIGTERM");
    expect((await running.finished).code).not.toBe(0);
    expect(await state()).toEqual(before);
    expect(await copies()).toEqual([]);
  });

  test("rehearses two times at once, one after the other, and keeps the role of somebody else", SLOW, async () => {
    const before = await state();
    await project.write("migrations/001_a.sql", "create role twice_role; create table foreign_role (id int); select pg_sleep(1);\n");
    const both = [project.offshoot(["rehearse"]), project.offshoot(["rehearse"])];
    await expect.poll(() => sql("select 1 from pg_roles where rolname = 'twice_role'"), { timeout: 30_000 }).toHaveLength(1);
    await sql("create role foreign_role");
    const ends = await Promise.all(both);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(ends.map(({ stderr }) => stderr).join()).toContain("waiting for them");
    expect(await sql("select rolname::text from pg_roles where rolname in ('foreign_role', 'twice_role')")).toEqual([
      { rolname: "foreign_role" },
    ]);
    await sql("drop role foreign_role");
    expect(await state()).toEqual(before);
  });

  test("runs the migrations of a run after it rehearsed a role, and explains the role that another run made", SLOW, async () => {
    await project.write("offshoot.yaml", "base: false\nmigrations:\n  tool: sql\n");
    await project.write("migrations/001_a.sql", "create table t (id int);\n");
    await project.write("migrations/002_b.sql", "create role app_x2; grant select on t to app_x2;\n");
    const first = await project.offshoot(["up", "--migrate", "--rehearse"]);
    expect([first.code, first.stderr]).toEqual([0, expect.any(String)]);
    expect(await sql("select 1 from pg_roles where rolname = 'app_x2'")).toHaveLength(1);
    const second = await project.offshoot(["up", "--migrate", "--run", "other"]);
    expect(second.code).toBe(11);
    expect(second.stderr).toContain("belong to the whole server");
    const rehearsed = await project.offshoot(["rehearse", "--run", "other"]);
    expect(rehearsed.code).toBe(10);
    expect(rehearsed.stdout).toContain("belong to the whole server");
    expect(rehearsed.stdout).not.toContain("in production in the same way");
    await project.offshoot(["down", "--run", "other"]);
    await project.offshoot(["down"]);
    await sql("drop role app_x2");
  });

  test("runs the migrations of a run after the rehearsal of another one, which has the same role", SLOW, async () => {
    await project.write("offshoot.yaml", "base: false\nmigrations:\n  tool: sql\n");
    await project.write("migrations/001_a.sql", "create role shared_role; select pg_sleep(3);\n");
    const rehearsal = project.offshoot(["rehearse"]);
    await expect
      .poll(() => sql("select 1 from pg_stat_activity where query ~ 'pg_sleep.3' and pid <> pg_backend_pid()"), { timeout: 30_000 })
      .not.toEqual([]);
    const run = await project.offshoot(["up", "--migrate", "--run", "other"]);
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("waiting for them")]);
    expect((await rehearsal).code).toBe(0);
    expect(await sql("select 1 from pg_roles where rolname = 'shared_role'")).toHaveLength(1);
    await project.offshoot(["down", "--run", "other"]);
    await sql("drop role shared_role");
  });

  test("does so for an ordinary role too", SLOW, async () => {
    await sql("create role ordinary login createdb createrole password 'ordinary'");
    const before = await state();
    await project.write("migrations/001_a.sql", "create role by_ordinary; alter role by_ordinary set work_mem = '3MB';\n");
    const url = server.url.replace("postgres:test@", "ordinary:ordinary@");
    const { code, stderr } = await project.offshoot(["rehearse"], { OFFSHOOT_EXISTING_URL: url });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("undone")]);
    expect(await state()).toEqual(before);
    await sql("drop role ordinary");
  });

  test("warns of a role whose name only the migration knows", SLOW, async () => {
    await project.write(
      "migrations/001_a.sql",
      "do $$ begin execute format('create role %I', 'made_' || extract(year from now())::text); end $$;\n",
    );
    const { stderr } = await project.offshoot(["rehearse"]);
    expect(stderr).toMatch(/drop them there:\s+drop role made_\d+/);
    await sql(`drop role made_${new Date().getUTCFullYear()}`);
  });

  test("checks the rollback of a role, and leaves the server as it was", SLOW, async () => {
    const before = await state();
    await project.write("migrations/001_a.sql", "create role rolled_back_role; create table t (id int);\n");
    await project.write("migrations/001_a.down.sql", "drop table t; drop role rolled_back_role;\n");
    await project.write("migrations/002_b.sql", "create role second_role; alter role kept_owner nologin;\n");
    await project.write("migrations/002_b.down.sql", "drop role second_role; alter role kept_owner login;\n");
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await project.offshoot(["rollback-check"]);
      expect([code, stdout, stderr]).toEqual([0, expect.any(String), expect.any(String)]);
      expect(await state()).toEqual(before);
    }
  });

  test("compares two states of migrations that create the same role", SLOW, async () => {
    const before = await state();
    await project.write("migrations/001_a.sql", "create role both_role; create table t (id int); alter table t owner to both_role;\n");
    const { code, stdout, stderr } = await project.offshoot(["diff", "--before", "migrations", "--after", "migrations"]);
    expect([code, stdout, stderr]).toEqual([0, "", expect.stringContaining("no changes")]);
    expect(await state()).toEqual(before);
  });
});
