// @module-tag proof
import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatUrl, parseUrl } from "../../../src/postgres/url.ts";
import { makeProject, type Project } from "../../support/cli.ts";
import { findMajor } from "../../support/majors.ts";
import { newDatabase } from "../../support/new-database.ts";
import { sharedServer } from "../../support/shared-server.ts";
import { withSession } from "../../support/session.ts";

let project: Project;
/** URLs of production for three of its roles. */
const urls: Record<string, string> = {};

/** What a session has, and what it sees. The tablespace exists only on the server, and the extension's setting could run code. */
const SEEN = `select name, setting from pg_settings where name in ('search_path', 'DateStyle', 'IntervalStyle', 'TimeZone', 'bytea_output',
    'check_function_bodies', 'default_transaction_isolation', 'default_table_access_method', 'default_toast_compression', 'row_security',
    'session_replication_role', 'standard_conforming_strings', 'work_mem', 'lock_timeout', 'extra_float_digits')
  union all select 'app.jwt_secret', md5(coalesce(current_setting('app.jwt_secret', true), ''))
  union all select 'current_user', case current_user when session_user then 'own' else current_user end
  union all select 'rows', count(*)::text from person
  union all select 'day', '01/02/2026'::date::text order by 1`;
const ROLES = ["owner", "member", "super"] as const;

beforeAll(async () => {
  const admin = await newDatabase("sets", { server: (await sharedServer(await findMajor(15))).url });
  const { database } = parseUrl(admin);
  const name = (role: string): string => `${role}_${database}`;
  await withSession(admin, async (session) => {
    await session.query(`
      create role ${name("owner")} login password 'x' bypassrls;
      create role ${name("member")} login password 'x' bypassrls in role ${name("owner")};
      create role ${name("super")} login password 'x' superuser;
      create schema app authorization ${name("owner")};
      create table app.person as select g as id from generate_series(1, 100) g; alter table app.person owner to ${name("owner")};
      create table public.person (id int); grant all on public.person to public;
      alter table app.person enable row level security, force row level security; create policy p on app.person using (id < 5);
      alter database "${database}" set search_path = app, public;
      alter database "${database}" set intervalstyle = 'iso_8601';
      alter database "${database}" set timezone = 'Asia/Tokyo';
      alter database "${database}" set work_mem = '5MB';
      alter database "${database}" set app.jwt_secret = 'jwt-secret-of-production'`);
    const ofRole = [
      "datestyle = 'SQL, DMY'",
      "check_function_bodies = off",
      "default_transaction_isolation = 'repeatable read'",
      "standard_conforming_strings = off",
      "extra_float_digits = 0",
      "work_mem = '6MB'",
    ];
    for (const role of ROLES) for (const each of ofRole) await session.query(`alter role ${name(role)} set ${each}`);
    await session.query(`alter role ${name("member")} in database "${database}" set work_mem = '7MB'`);
    await session.query(`alter role ${name("super")} set session_replication_role = 'replica'`);
    await session.query("set allow_in_place_tablespaces = on");
    await session.query(`create tablespace fast_${database} location ''`);
    await session.query(`alter role ${name("owner")} set default_tablespace = fast_${database}`);
    await session.query(`alter role ${name("owner")} set plperl.on_init = 'die("secret")'`);
    await session.query(`alter role ${name("owner")} set log_min_duration_statement = 1`);
  });
  for (const role of ROLES) urls[role.toUpperCase()] = formatUrl({ ...parseUrl(admin), user: name(role), password: "x" });
  project = await makeProject(urls);
  await mkdir(join(project.directory, "db"));
  await project.write("db/seen.sql", SEEN);
  await project.write("offshoot.yaml", `migrations:\n  command: psql -X -At -f db/seen.sql -o seen.txt "$DATABASE_URL"\n  files: [db]\n`);
}, 120_000);

afterAll(() => project.remove());

test.each(ROLES)(
  "a migration has the settings of production and sees the same rows, as its role %s",
  { timeout: 240_000 },
  async (role) => {
    const from = role.toUpperCase();
    const { code, stdout, stderr } = await project.call(["rehearse", "--json", "--no-alternatives", "--from", from]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const seen = await readFile(join(project.directory, "seen.txt"), "utf8");
    const wanted = await promisify(execFile)("psql", ["-X", "-At", "-c", SEEN, urls[from] ?? ""]);
    expect(seen).toBe(wanted.stdout);
    expect(wanted.stdout).toContain("rows|100\n");
    expect(stdout + stderr).not.toContain("secret");
    const note = stdout.match(/Settings of the role or the database[^"]*/)?.[0];
    expect(note).toBe(
      role === "owner"
        ? "Settings of the role or the database of the server are not set in the copy: default_tablespace, plperl.on_init."
        : undefined,
    );
  },
);
