// @module-tag proof
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messageOf } from "../../../../src/errors.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { otherMajors } from "../../../support/majors.ts";
import { PEER_PACKAGES } from "../../../support/peers.ts";
import { newDatabase } from "../../../support/new-database.ts";
import { startServer, type TestServer } from "../../../support/server.ts";
import { withSession } from "../../../support/session.ts";

let project: Project;
/** A folder in which the server's user can create files, as a program that the server starts can. */
let folder: string;

let server: TestServer;

/** Copies of a database need a server of its major, which the embedded provider finds in the project's packages. */
const preparePackages = (): Promise<void> => symlink(PEER_PACKAGES, join(project.directory, "node_modules"));

beforeAll(async () => {
  project = await makeProject();
  await preparePackages();
  folder = await mkdtemp(join(tmpdir(), "offshoot-hostile-"));
  await chmod(folder, 0o777);
});
afterAll(async () => {
  await project.remove();
  await rm(folder, { recursive: true, force: true });
});

async function database(sql: string): Promise<string> {
  const url = await newDatabase("hostile", { server: server.url });
  await withSession(url, (session) => session.query(sql));
  return url;
}

/** A URL that does not look like this machine's, so that the schema is created in a scratch database. */
const asRemote = (url: string): string => `${url.replace("127.0.0.1", "0.0.0.0")}?sslmode=disable`;

/** A function that starts a program on the server, and hides that it could not. `returns`: its result. */
const touching = (file: string, { name = "public.attack", returns = "text", result = "'x'", security = "" } = {}): string => `
create function ${name}() returns ${returns} language plpgsql immutable ${security} as $attack$
begin
  begin copy (select 1) to program 'touch ${join(folder, file)}'; exception when others then null; end;
  return ${result};
end $attack$;`;

async function majorOf(url: string): Promise<number> {
  const [row] = await withSession(url, (session) =>
    session.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major"),
  );
  return row?.major ?? 0;
}

interface Outcome {
  readonly code: number | null;
  readonly stderr: string;
  readonly repair: {
    readonly steps: number;
    readonly provedOn?: string;
    readonly unrepaired: readonly { object: string; reason: string }[];
  };
}

async function repair(
  urls: { readonly EXPECTED: string; readonly ACTUAL: string },
  flags: readonly string[] = ["--allow-destructive"],
): Promise<Outcome> {
  const args = ["drift", "--expected", "EXPECTED", "--actual", "ACTUAL", "--json", "--repair", "repair.sql", ...flags];
  const { code, stdout, stderr } = await project.offshoot(args, urls);
  if (!stdout.startsWith("{")) throw new Error(stderr);
  return { code, stderr, ...(JSON.parse(stdout) as Pick<Outcome, "repair">) };
}

/** Roles of copies that are left on a server. */
const rolesLeft = (): Promise<unknown[]> =>
  withSession(server.url, (session) => session.query("select rolname from pg_roles where rolname like 'offshoot\\_restricted\\_%'"));

/** Copies that are left on the server as templates. */
const leftDatabases = (): Promise<unknown[]> =>
  withSession(server.url, (session) =>
    session.query("select datname from pg_database where datname like 'offshoot\\_scratch\\_%' and datistemplate"),
  );

const EVENT_TRIGGER = (file: string): string => `${touching(file, { returns: "event_trigger", result: "", name: "public.on_ddl" })
  .replace("immutable", "")
  .replace("return ;", "")}
create event trigger attack on ddl_command_end execute function public.on_ddl();`;

// The empty entry is the newest major, of the npm package.
describe.each(["", ...(await otherMajors())])("a hostile database on Postgres in '%s'", (binaries) => {
  beforeAll(async () => {
    server = await startServer({}, binaries === "" ? {} : { binaries });
  }, 120_000);
  afterAll(() => server.stop());

  test("an event trigger of a remote database does not run when its schema is rebuilt here", async () => {
    const urls = {
      EXPECTED: await database("create table public.t (id int primary key, note text)"),
      ACTUAL: asRemote(await database(`create table public.t (id int primary key); ${EVENT_TRIGGER("event")}`)),
    };
    await rm(join(folder, "event"), { force: true });
    const { repair: found, code } = await repair(urls);
    expect(existsSync(join(folder, "event"))).toBe(false);
    expect(code).toBe(10);
    expect(found.provedOn).toContain("a database created from its");
    const reason = expect.stringContaining("not proved: an event trigger needs a superuser") as string;
    expect(found.unrepaired).toContainEqual({ kind: "event trigger", object: "attack", reason });
  });

  test("an event trigger of a local database does not run in its clone", async () => {
    const urls = {
      EXPECTED: await database("create table public.t (id int primary key, note text)"),
      ACTUAL: await database(`create table public.t (id int primary key); ${EVENT_TRIGGER("clone")}`),
    };
    await rm(join(folder, "clone"), { force: true });
    const { repair: found } = await repair(urls);
    expect(existsSync(join(folder, "clone"))).toBe(false);
    expect(found.provedOn).toContain("a clone of");
    expect(found.steps).toBeGreaterThan(0);
  });

  test.each([
    ["default", (f: string) => `${touching(f)} create table public.t (id int, note text default public.attack());`],
    ["check", (f: string) => `${touching(f)} create table public.t (id int, check (public.attack() = 'x'));`],
    ["index", (f: string) => `${touching(f)} create table public.t (id int); create index attacked on public.t ((public.attack()));`],
    ["generated", (f: string) => `${touching(f)} create table public.t (id int, note text generated always as (public.attack()) stored);`],
    [
      "definer",
      (f: string) => `${touching(f, { security: "security definer" })} create table public.t (id int, note text default public.attack());`,
    ],
    [
      "view",
      (f: string) =>
        `${touching(f)} create table public.t (id int); create materialized view public.seen as select public.attack() from public.t;`,
    ],
  ])("a function in a %s of the expected database runs no program when it is tried on a clone with rows", async (file, sql) => {
    const urls = {
      EXPECTED: await database(sql(file)),
      ACTUAL: await database("create table public.t (id int); insert into public.t values (1)"),
    };
    await rm(join(folder, file), { force: true });
    const { repair: found } = await repair(urls);
    expect(existsSync(join(folder, file))).toBe(false);
    expect(found.provedOn).toContain("a clone of");
    expect(found.steps).toBeGreaterThan(0);
  });

  test("a clone that has a function in C is not used, and the reason is reported", async () => {
    const c = "create function public.quick() returns text language internal as 'pgsql_version'";
    const urls = {
      EXPECTED: await database("create table public.t (id int)"),
      ACTUAL: await database(`create table public.other (id int); ${c}`),
    };
    const { repair: found, code } = await repair(urls);
    expect(code).toBe(14);
    expect(found.provedOn).toBeUndefined();
    expect(found.unrepaired[0]?.reason).toContain("The copy has the function public.quick in the language internal");
  });

  test("a search path with SQL in it stays a search path when its database is copied", async () => {
    const url = await database("create table public.t (id int)");
    const name = new URL(url).pathname.slice(1);
    const path = "public,x;create/**/table/**/public.injected();--";
    await withSession(url, async (session) => {
      await session.query("select set_config('search_path', $1, false)", [path]);
      await session.query(`alter database ${name} set search_path from current`);
    });
    const { repair: found } = await repair({ EXPECTED: await database("create table public.t (id int, note text)"), ACTUAL: url });
    expect(found).toMatchObject({ provedOn: expect.stringContaining("a clone of"), steps: 1 });
    const injected = await withSession(server.url, (session) => session.query("select to_regclass('public.injected') as it"));
    expect(injected).toEqual([{ it: null }]);
  });

  test("a login event trigger of a local database does not run in its clone, where the server has such triggers", async () => {
    const actual = await database("create table public.t (id int primary key)");
    // In the database itself the trigger does nothing: a superuser of that server created it there.
    const attack = EVENT_TRIGGER("login")
      .replace("on ddl_command_end", "on login")
      .replace("begin\n", `begin if current_database() = '${new URL(actual).pathname.slice(1)}' then return; end if;\n`);
    const planted = await withSession(actual, (session) => session.query(attack)).then(() => "planted", messageOf);
    expect(planted).toContain((await majorOf(actual)) < 17 ? 'unrecognized event name "login"' : "planted");
    const expected = await database("create table public.t (id int primary key, note text)");
    await rm(join(folder, "login"), { force: true });
    const { repair: found } = await repair({ EXPECTED: expected, ACTUAL: actual });
    expect(existsSync(join(folder, "login"))).toBe(false);
    expect(found.provedOn).toContain("a clone of");
    expect(found.steps).toBeGreaterThan(0);
  });

  test("no role of a copy is left on the server", async () => {
    expect(await rolesLeft()).toEqual([]);
  });

  test("code in a clone that makes the clone a template cannot keep it or its role", async () => {
    const attack = `create function public.keep() returns text language plpgsql immutable as $attack$
      begin
        execute format('alter database %I is_template true', current_database());
        execute format('alter role %I password ''known''', current_user);
        return 'x';
      end $attack$;`;
    const urls = {
      EXPECTED: await database(`${attack} create table public.t (id int, check (public.keep() = 'x'))`),
      ACTUAL: await database("create table public.t (id int); insert into public.t values (1)"),
    };
    const { repair: found, stderr } = await repair(urls);
    expect(stderr).not.toContain("unexpected error");
    expect(found.provedOn).toContain("a clone of");
    expect([await leftDatabases(), await rolesLeft()]).toEqual([[], []]);
  });
});
