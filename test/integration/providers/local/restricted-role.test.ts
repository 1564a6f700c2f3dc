// @module-tag proof
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownerTag } from "../../../../src/identity/owner-tag.ts";
import { parseUrl, withDatabase } from "../../../../src/postgres/url.ts";
import { copyDatabase } from "../../../../src/providers/local/copy.ts";
import { restrictCopy } from "../../../../src/providers/local/restricted-copy.ts";
import { createRestrictedRole, type HeldRole } from "../../../../src/providers/local/restricted-role.ts";
import type { Copy } from "../../../../src/providers/provider.ts";
import { otherMajors } from "../../../support/majors.ts";
import { runIdentity } from "../../../support/run-identity.ts";
import { startServer, type TestServer } from "../../../support/server.ts";
import { withSession } from "../../../support/session.ts";

const { signal } = new AbortController();
const tag = ownerTag({ run: runIdentity(), createdAt: new Date(), expiresAt: undefined });

/** SQLSTATEs: the library that bars the role was not found; insufficient privilege. */
const [BARRED, FORBIDDEN] = ["58P01", "42501"];

/** The SQLSTATE of a statement or a connection that was refused; "worked" if it was not. */
const outcome = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "worked",
    (thrown: unknown) => (thrown as { code?: string }).code ?? String(thrown),
  );

// The empty entry is the newest major, of the npm package.
describe.each(["", ...(await otherMajors())])("the role of a copy, with its own password, on Postgres in '%s'", (binaries) => {
  let server: TestServer;
  let other: string;
  let role: HeldRole;
  let copy: Copy;
  const inCopy = (sql: string): Promise<string> => outcome(withSession(copy.url, (session) => session.query(sql)));
  const asRole = (url: string): string => {
    const as = new URL(url);
    as.username = role.name;
    as.password = role.password;
    return as.href;
  };

  beforeAll(async () => {
    server = await startServer({}, binaries === "" ? {} : { binaries });
    other = await server.createDatabase("offshoot_r_other");
    await withSession(other, (session) => session.query("create table public.secret (id int); insert into public.secret values (1)"));
    const original = await server.createDatabase("original");
    await withSession(original, (session) => session.query("create table public.t (id int)"));
    const created = await createRestrictedRole(server.url, signal);
    if (created === undefined) throw new Error("the test's role is a superuser, so a restricted role must be created");
    role = created;
    const [version] = await withSession(server.url, (session) =>
      session.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major"),
    );
    const clone = await copyDatabase(server.url, "original", { tag, signal });
    copy = await restrictCopy(clone, { role, major: version?.major ?? 0, extensions: [], signal });
  }, 120_000);
  afterAll(async () => {
    await copy.drop();
    await role.drop();
    const left = await withSession(server.url, (session) => session.query("select from pg_db_role_setting where setrole <> 0"));
    await server.stop();
    if (left.length > 0) throw new Error("a setting of the role is left on the server");
  });

  test("the role works in its copy", async () => {
    expect(parseUrl(copy.url).user).toBe(role.name);
    expect(await inCopy("alter table public.t add column note text; create schema mine; create table mine.u ()")).toBe("worked");
  });

  test.each(["offshoot_r_other", "original", "postgres", "template1"])(
    "the role cannot open a session in the database %s",
    async (name) => {
      expect(await outcome(withSession(asRole(withDatabase(other, name)), (session) => session.query("select 1")))).toBe(BARRED);
    },
  );

  test("the role cannot open a session in a database that was created after it", async () => {
    const later = asRole(await server.createDatabase("offshoot_r_later"));
    expect(await outcome(withSession(later, (session) => session.query("select 1")))).toBe(BARRED);
  });

  test.each(["reset all", "reset session_preload_libraries", "set session_preload_libraries = ''"])(
    "the role cannot open a session in another database after: alter role %s",
    async (change) => {
      for (const where of ["", "in database offshoot_r_other", "in database postgres"]) {
        await inCopy(`alter role ${role.name} ${where} ${change}`);
      }
      const options = `${asRole(other)}?options=${encodeURIComponent("-c session_preload_libraries=")}`;
      for (const url of [asRole(other), options]) {
        expect([BARRED, FORBIDDEN]).toContain(await outcome(withSession(url, (session) => session.query("select 1"))));
      }
    },
  );

  test.each([
    ["drop another database", "drop database offshoot_r_other"],
    ["rename another database", "alter database offshoot_r_other rename to mine"],
    ["copy another database", "create database mine template offshoot_r_other"],
    ["end sessions of others", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'"],
    ["become another role", "set role postgres"],
    ["become another user", "set session authorization postgres"],
    ["give itself rights", "alter role current_user superuser"],
    ["give itself a role", "grant pg_execute_server_program to current_user"],
    ["create roles", "create role mine login"],
    ["start a program", "copy public.t to program 'true'"],
    ["read a file with copy", "copy public.t from '/etc/passwd'"],
    ["write a file with copy", "copy public.t to '/tmp/offshoot-restricted-role'"],
    ["read a file with a function", "select pg_read_file('/etc/passwd')"],
    ["list a folder", "select pg_ls_dir('/')"],
    ["import a file", "select lo_import('/etc/passwd')"],
    ["export a file", "select lo_export(lo_from_bytea(0, 'x'), '/tmp/offshoot-restricted-role')"],
    ["load a library", "load '/tmp/library.so'"],
    ["create a function in C", "create function mine() returns int language c as '/tmp/library.so'"],
    ["create an internal function", "create function mine() returns text language internal as 'pgsql_version'"],
    ["create a foreign data wrapper", "create foreign data wrapper mine"],
    ["create a subscription", "create subscription mine connection 'host=127.0.0.1' publication p with (connect = false)"],
    ["change the server's settings", "alter system set archive_command = 'true'"],
    ["create an event trigger", "create event trigger mine on ddl_command_end execute function public.f()"],
  ])("the role cannot %s", async (_what, sql) => {
    await inCopy("create or replace function public.f() returns event_trigger language plpgsql as 'begin end'");
    expect(await inCopy(sql)).toBe(FORBIDDEN);
  });

  test.each(["dblink", "postgres_fdw", "file_fdw", "adminpack", "plpython3u", "plperlu", "pltclu"])(
    "the role cannot create the extension %s",
    async (name) => {
      // The last two: the extension is not installed.
      expect([FORBIDDEN, "0A000", "58P01"]).toContain(await inCopy(`create extension ${name}`));
    },
  );

  test("another database still has its rows", async () => {
    expect(await withSession(other, (session) => session.query("table public.secret"))).toEqual([{ id: 1 }]);
  });
});
