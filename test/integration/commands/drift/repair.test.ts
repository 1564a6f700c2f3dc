import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readCatalog } from "../../../../src/catalog/read.ts";
import { withSession } from "../../../support/session.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { findMajor } from "../../../support/majors.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { newDatabase } from "../../../support/new-database.ts";
import { driftOutbox, migrateOutbox, OUTBOX } from "../../../support/outbox.ts";
import { runScript } from "../../../support/script.ts";
import { startServer } from "../../../support/server.ts";

const SIDES = ["drift", "--expected", "EXPECTED", "--actual", "ACTUAL"] as const;

interface PrintedRepair {
  readonly sql?: string;
  readonly steps: number;
  readonly commentedOut: number;
  readonly provedOn?: string;
  readonly unrepaired: readonly { readonly object: string; readonly reason: string }[];
}

let project: Project;

beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

async function database(sql: string, server: string = inject("serverUrl")): Promise<string> {
  const url = await newDatabase("repair", { server });
  await withSession(url, (session) => session.query(sql));
  return url;
}

/** The URL with a host name that does not look like this machine's. */
function asRemote(url: string): string {
  return `${url.replace("127.0.0.1", "0.0.0.0")}?sslmode=disable`;
}

async function repair(
  urls: { readonly EXPECTED: string; readonly ACTUAL: string },
  ...flags: readonly string[]
): Promise<PrintedRepair & { readonly code: number | null; readonly stderr: string }> {
  const { code, stdout, stderr } = await project.offshoot([...SIDES, "--json", "--repair", "repair.sql", ...flags], urls);
  if (!stdout.startsWith("{")) throw new Error(stderr);
  return { ...(JSON.parse(stdout) as { repair: PrintedRepair }).repair, code, stderr };
}

const catalogOf = (url: string): Promise<unknown> => withSession(url, (session) => readCatalog(session));

describe("a repair that loses data", { timeout: 60_000 }, () => {
  test("has the destructive steps commented out, unless they are allowed", async () => {
    const urls = {
      EXPECTED: await database("create table t (id integer primary key)"),
      ACTUAL: await database(
        "create table t (id integer primary key, old text); create table surplus (a integer); create view v as select 1",
      ),
    };
    const careful = await repair(urls);
    expect(careful).toMatchObject({ code: 10, steps: 1, commentedOut: 2, unrepaired: [] });
    await runScript(urls.ACTUAL, careful.sql ?? "");
    const { stdout } = await project.offshoot([...SIDES, "--json"], urls);
    expect((JSON.parse(stdout) as { changes: { object: string }[] }).changes.map(({ object }) => object)).toEqual([
      "public.surplus",
      "public.t.old",
    ]);
    const whole = await repair(urls, "--allow-destructive");
    expect(whole).toMatchObject({ steps: 2, commentedOut: 0 });
    await runScript(urls.ACTUAL, whole.sql ?? "");
    expect((await project.offshoot(SIDES, urls)).code).toBe(0);
  });
});

describe("a repair of destructive steps only", { timeout: 60_000 }, () => {
  test("writes no script unless they are allowed", async () => {
    const urls = { EXPECTED: await database(""), ACTUAL: await database("create table surplus (a integer)") };
    const { code, stderr } = await project.offshoot([...SIDES, "--repair", "lossy.sql"], urls);
    expect(code).toBe(14);
    expect(stderr).toContain("all of it could lose data (1 statement); --allow-destructive tests and writes it");
    expect(existsSync(join(project.directory, "lossy.sql"))).toBe(false);
  });
});

describe("what a repair cannot do", { timeout: 60_000 }, () => {
  test("a column that needs a backfill is reported with the reason, and the rest is repaired", async () => {
    const urls = {
      EXPECTED: await database(
        "create table t (id integer, owner text not null, note text); create table empty (id integer, owner text not null)",
      ),
      ACTUAL: await database("create table t (id integer); insert into t values (1); create table empty (id integer)"),
    };
    const { sql, unrepaired, code } = await repair(urls);
    expect(code).toBe(10);
    expect(unrepaired).toEqual([{ kind: "column", object: "public.t.owner", reason: expect.stringContaining("they need a backfill") }]);
    expect(sql).toContain("add column if not exists note text");
    expect(sql).toContain("alter table public.empty add column if not exists owner text not null");
    expect(sql).toContain("-- - missing column public.t.owner: ");
  });

  test("a change that the rows prevent fails on the copy, and is reported with the server's message", async () => {
    const urls = {
      EXPECTED: await database("create table t (id integer unique, note text)"),
      ACTUAL: await database("create table t (id integer); insert into t values (1), (1)"),
    };
    const { sql, unrepaired } = await repair(urls);
    expect(unrepaired).toMatchObject([{ object: "public.t.t_id_key", reason: expect.stringContaining("could not create unique index") }]);
    expect(sql).toContain("add column if not exists note text");
    expect(sql).not.toContain("t_id_key UNIQUE");
  });

  test("no file is written and the exit status is 14 when nothing can be repaired", async () => {
    const urls = {
      EXPECTED: await database("create table t (id integer, owner text not null)"),
      ACTUAL: await database("create table t (id integer); insert into t values (1)"),
    };
    const { code, stderr } = await project.offshoot([...SIDES, "--repair", "none.sql"], urls);
    expect(code).toBe(14);
    expect(stderr).toContain("No repair was written: ");
    expect(stderr).toContain("not repaired  column public.t.owner: ");
    expect(existsSync(join(project.directory, "none.sql"))).toBe(false);
  });
});

/** Other tests have databases on the same server: the tag of a copy has the name of this project. */
const copiesLeft = (): Promise<unknown> =>
  withSession(inject("serverUrl"), (session) =>
    session.query(
      "select datname from pg_database d where datname like 'offshoot%' and strpos(coalesce(shobj_description(d.oid, 'pg_database'), $1), $1) > 0",
      [basename(project.directory)],
    ),
  );

describe("the copy", { timeout: 120_000 }, () => {
  const EXPECTED =
    "create type mood as enum ('ok', 'bad'); create table t (id integer primary key, mood mood default 'ok'); create view v as select * from t";

  test("is a clone on this machine, and the database itself is only read", async () => {
    const urls = { EXPECTED: await database(EXPECTED), ACTUAL: await database("create table t (id integer primary key)") };
    const before = await catalogOf(urls.ACTUAL);
    expect((await repair(urls)).provedOn).toMatch(/^a clone of ACTUAL \(127\.0\.0\.1:/);
    expect(await catalogOf(urls.ACTUAL)).toEqual(before);
    await expect.poll(copiesLeft, { timeout: 20_000 }).toEqual([]);
  });

  test("is a database with the same schema, if the server is remote or somebody is connected", { tags: "proof" }, async () => {
    const urls = {
      EXPECTED: await database(EXPECTED),
      ACTUAL: await database("create table t (id serial primary key, b text check (b <> ''))"),
    };
    const far = await repair({ ...urls, ACTUAL: asRemote(urls.ACTUAL) }, "--allow-destructive");
    expect(far).toMatchObject({ provedOn: expect.stringMatching(/^a database created from its (?:dump|catalog)$/), unrepaired: [] });
    expect(far.sql).toContain("-- That copy had no rows");
    const busy = await withSession(urls.ACTUAL, () => repair(urls, "--allow-destructive"));
    expect(busy.provedOn).toMatch(/^a database created from its /);
  });

  test("a copy of a database with rights of roles that its server does not have is created, and rights are tested on it", async () => {
    const role = `rights_${Math.random().toString(36).slice(2, 10)}`;
    await withSession(inject("serverUrl"), (session) => session.query(`create role ${role}`));
    const rights = `create table t (id integer); grant select on t to ${role}; grant usage on schema public to ${role}`;
    const urls = {
      EXPECTED: await database(`${rights}; create table u (id integer); grant select on u to ${role}`),
      ACTUAL: asRemote(await database(rights)),
    };
    const far = await repair(urls);
    expect(far).toMatchObject({ provedOn: expect.stringMatching(/^a database created from its (?:dump|catalog)$/), unrepaired: [] });
    expect(far.sql).toContain(`grant select on table public.u to ${role}`);
  });

  test("no repair is written without a copy, and the reason of every method is reported", async () => {
    const role = `repair_${Math.random().toString(36).slice(2, 10)}`;
    await withSession(inject("serverUrl"), (session) => session.query(`create role ${role}`));
    const mine = `create table t (id integer); create table theirs (id integer); alter table theirs owner to ${role}; create table u ()`;
    const urls = { EXPECTED: await database(`${mine}; create table v ()`), ACTUAL: asRemote(await database(mine)) };
    const { code, sql, unrepaired } = await repair(urls);
    expect({ code, sql }).toEqual({ code: 14, sql: undefined });
    expect(unrepaired).toMatchObject([
      { object: "public.v", reason: expect.stringMatching(/no copy to test it on: .*another machine.*; .*created from its catalog/) },
    ]);
  });

  test("is created from a dump if a pg_dump of that version is installed", { tags: "proof" }, async ({ skip }) => {
    const binaries = (await findMajor(15)) ?? skip("no PostgreSQL 15");
    const older = await startServer({}, { binaries });
    try {
      const urls = {
        EXPECTED: await database(EXPECTED, older.url),
        ACTUAL: asRemote(await database("create table t (id integer)", older.url)),
      };
      expect(await repair(urls)).toMatchObject({ provedOn: "a database created from its dump", unrepaired: [] });
    } finally {
      await older.stop();
    }
  });
});

describe("on Neon", { timeout: 180_000, tags: "proof" }, () => {
  let mock: MockServer;
  let env: Record<string, string>;

  beforeAll(async () => {
    mock = await startMock("--postgres", "--operation-time", "100");
    env = { OFFSHOOT_PROVIDER: "neon,embedded", ...mock.env };
    const uri = await mock.parentUrl();
    await migrateOutbox(uri, "up", undefined, { ...mock.machine });
    await driftOutbox(uri);
  }, 60_000);
  afterAll(() => mock.stop());

  test("the copy is a branch of the parent that is deleted afterwards, and the parent is only read", async () => {
    const args = ["drift", "--config", join(OUTBOX, "offshoot.yaml"), "--json", "--repair", "neon.sql"];
    const { code, stdout, stderr } = await project.offshoot(args, env);
    expect({ code, stderr }).toMatchObject({ code: 10 });
    const reported = (JSON.parse(stdout) as { repair: PrintedRepair }).repair;
    expect(reported).toMatchObject({ provedOn: "a branch of Neon branch main, PostgreSQL 18", unrepaired: [], commentedOut: 0 });
    expect((await mock.branches()).map(({ name }) => name)).toEqual(["main"]);
    const again = await project.offshoot(["drift", "--config", join(OUTBOX, "offshoot.yaml"), "--json"], env);
    expect((JSON.parse(again.stdout) as { changes: unknown[] }).changes).toHaveLength(9);
  });
});

describe("the flag --repair", () => {
  test("writes only the script to stdout with --repair -", { timeout: 60_000 }, async () => {
    const urls = { EXPECTED: await database("create table t ()"), ACTUAL: await database("") };
    const { stdout, stderr } = await project.offshoot([...SIDES, "--repair", "-"], urls);
    expect(stdout).toMatch(/^-- Changes the schema of ACTUAL/);
    expect(stdout).toContain("create table if not exists public.t ()");
    expect(stderr).toContain("missing");
  });

  test("writes no script when the schemas are equal", { timeout: 60_000 }, async () => {
    const urls = { EXPECTED: await database("create table t ()"), ACTUAL: await database("create table t ()") };
    expect((await project.offshoot([...SIDES, "--repair", "equal.sql"], urls)).code).toBe(0);
    expect(existsSync(join(project.directory, "equal.sql"))).toBe(false);
  });

  test.each([
    [["--allow-destructive"], "--allow-destructive has no effect without --repair."],
    [["--json", "--repair", "-"], "--repair - and --json cannot both write to stdout."],
    [["--format", "knex"], "--format has no effect without --repair."],
    [["--repair"], "--repair needs a file for the SQL."],
    [["--repair", "--format", "rails"], "rails is not a tool for which offshoot writes migrations."],
  ])("%s", async (flags, message) => {
    const { code, stderr } = await project.offshoot([...SIDES, ...flags], { EXPECTED: inject("serverUrl"), ACTUAL: inject("serverUrl") });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test("refuses a spec as one of the sides", { timeout: 60_000 }, async () => {
    const spec = join(OUTBOX, "schema.audit.yaml");
    const { code, stderr } = await project.offshoot(["drift", "--expected", spec, "--actual", "ACTUAL", "--repair", "x.sql"], {
      ACTUAL: await database(""),
    });
    expect(code).toBe(2);
    expect(stderr).toContain("A repair cannot be written from the spec");
  });
});
