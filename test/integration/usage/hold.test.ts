// @module-tag proof
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Listener } from "../../../src/events.ts";
import { databaseIdentity } from "../../../src/readiness/snapshot.ts";
import { connect, type Session, withSession } from "../../support/session.ts";
import { connectionError } from "../../../src/postgres/connect.ts";
import { LOCK_CLASS } from "../../../src/postgres/lock.ts";
import { type DirectUrl, directUrl, withDatabase } from "../../../src/postgres/url.ts";
import { run } from "../../../src/commands/run.ts";
import { type Context, prepare } from "../../../src/context/context.ts";
import { removeRunDatabase, removeAfterLastUse } from "../../../src/commands/down.ts";
import { type UsageLock, takeUsageLock } from "../../../src/usage/usage-lock.ts";
import { holdDatabase, type PrepareDatabase } from "../../../src/usage/hold.ts";
import { type HeldDatabase, tearDown } from "../../../src/usage/teardown.ts";
import { acquireRunDatabase, type UpResult } from "../../../src/commands/up.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { startServer, type TestServer } from "../../support/server.ts";

vi.setConfig({ testTimeout: 60_000 });

const hold = (context: Context, prepareDatabase: PrepareDatabase<UpResult>) =>
  holdDatabase(context, () => acquireRunDatabase(context, "last-run"), prepareDatabase);
const end = (context: Context, held: HeldDatabase | undefined, keep: "kept" | undefined) =>
  tearDown(context, { held, keep, remove: removeAfterLastUse });
type HeldResult = Awaited<ReturnType<typeof hold>>;

const NEVER = new AbortController().signal;

let server: TestServer;
let admin: Session;
let made = 0;
/** A second attempt of a test must not find the databases of the first. */
let tries = 0;

beforeAll(async () => {
  server = await startServer({ max_prepared_transactions: 1 });
  admin = await connect(server.url);
});

beforeEach(() => void (tries += 1));

afterAll(async () => {
  await admin.close();
  await server.stop();
});

async function makeDatabase(): Promise<{ readonly name: string; readonly url: DirectUrl }> {
  const name = `shared_${(made += 1)}`;
  await admin.query(`create database ${name}`);
  return { name, url: directUrl(withDatabase(server.url, name)) };
}

/** The released usage lock of the only user: nobody else can take one until it is closed. */
async function last(url: DirectUrl): Promise<UsageLock> {
  const usageLock = await takeUsageLock(url, NEVER);
  expect(await usageLock?.release()).toBe(true);
  if (usageLock === undefined) throw new Error("unreachable");
  return usageLock;
}

test("a job that starts while the database is being deleted waits, and takes no usage lock", async () => {
  const { name, url } = await makeDatabase();
  const usageLock = await last(url);
  await usageLock.removeWith(() => Promise.resolve(true));
  await usageLock.close();
  const other = takeUsageLock(url, NEVER);
  await expect.poll(() => sessions(name)).toBe(1);
  await admin.query(`drop database ${name} with (force)`);
  expect(await other).toBeUndefined();
});

test("after a failed deletion other jobs can lock the database", async () => {
  const { url } = await makeDatabase();
  const usageLock = await last(url);
  await expect(usageLock.removeWith(() => Promise.reject(new Error("the network is down")))).rejects.toThrow("the network is down");
  await usageLock.close();
  const other = await takeUsageLock(url, NEVER, { deletionMs: 60_000 });
  expect(await other?.release()).toBe(true);
  await other?.close();
});

test("the deletion marker of a process that was killed before it deleted the database is erased after a while", async () => {
  const { url } = await makeDatabase();
  const killed = await last(url);
  void killed.removeWith(() => new Promise(() => {}));
  await expect.poll(() => deletionMarkers(url)).toBe(1);
  await killed.close();
  const [one, other] = await Promise.all([
    takeUsageLock(url, NEVER, { deletionMs: 1000 }),
    takeUsageLock(url, NEVER, { deletionMs: 60_000 }),
  ]);
  expect(await deletionMarkers(url)).toBe(0);
  expect([await one?.release(), await other?.release()]).toEqual([false, true]);
  await Promise.all([one?.close(), other?.close()]);
});

test("a database with a deletion marker is not used while its provider is deleting it", async () => {
  const { url } = await makeDatabase();
  const usageLock = await last(url);
  await usageLock.removeWith(() => Promise.resolve(true));
  await usageLock.close();
  expect(await takeUsageLock(url, NEVER, { deletionMs: 500, isListed: () => Promise.resolve(false) })).toBeUndefined();
  expect(await deletionMarkers(url)).toBe(1);
});

test("usage locks that were lost with the server are taken again before one job counts as the last", async () => {
  const { name, url } = await makeDatabase();
  const [one, other] = [await takeUsageLock(url, NEVER), await takeUsageLock(url, NEVER)];
  await admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [name]);
  expect(await one?.release()).toBe(false);
  expect(await other?.release()).toBe(true);
  await Promise.all([one?.close(), other?.close()]);
});

test("a lost usage lock is taken again while another job checks whether it is the last", async () => {
  const { name, url } = await makeDatabase();
  const usageLock = await takeUsageLock(url, NEVER);
  await withSession(url, async (other) => {
    const alone = other.query("select pg_advisory_lock($1, hashtext('offshoot:usage'))", [LOCK_CLASS]);
    await expect.poll(() => locks("not granted")).toBe(1);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'offshoot:usage'", [
      name,
    ]);
    await alone;
    // The job reconnects, and finds that the other session has locked the database.
    await expect.poll(async () => usageLocks(admin, name)).toBe(1);
    await pause(300);
    expect(await locks("mode = 'ShareLock'")).toBe(0);
  });
  await expect.poll(() => locks("granted and mode = 'ShareLock'"), { timeout: 10_000 }).toBe(1);
  expect(await usageLock?.release()).toBe(true);
  await usageLock?.close();
});

test("a database in which no deletion marker can be written is deleted", async () => {
  const held = await hold(await existing("noteless"), async () => {});
  await withSession(held.database.directUrl, async (session) => {
    await session.query("create function forbid() returns event_trigger language plpgsql as $$ begin raise 'no DDL'; end $$");
    await session.query("create event trigger forbid on ddl_command_start execute function forbid()");
  });
  expect(await end(await existing("noteless"), held, undefined)).toBeUndefined();
  expect(await databases("noteless")).toBe(0);
});

test("keeps a database that `offshoot up` claimed meanwhile", async () => {
  const held = await hold(await existing("wanted"), async () => {});
  await acquireRunDatabase(await existing("wanted"));
  expect(await end(await existing("wanted"), held, undefined)).toBe("until-down");
  const { directUrl: url } = held.database;
  expect([await databases("wanted"), await deletionMarkers(url)]).toEqual([1, 0]);
  expect(await removeRunDatabase(await existing("wanted"))).toMatchObject({ outcome: "deleted" });
});

/** A job that has released its lock and is about to delete the database, with three others that wait for a lock. */
async function waitedFor(key: string): Promise<{ context: Context; held: HeldResult; others: Promise<HeldResult[]> }> {
  const context = await existing(key);
  const held = await hold(context, async () => {});
  expect(await held.usageLock.release()).toBe(true);
  const others = Promise.all(["one", "two", "three"].map(async () => hold(await existing(key), async () => {})));
  await expect.poll(async () => usageLocks(admin, named(key)), { timeout: 20_000 }).toBe(4);
  return { context, held, others };
}

test("jobs that wait for a usage lock while the last user deletes the database start over", async () => {
  const { context, held, others } = await waitedFor("recreated");
  expect(await held.usageLock.removeWith(async () => (await removeRunDatabase(context)).outcome === "deleted")).toBe(true);
  await held.usageLock.close();
  const heldByOthers = await others;
  expect(heldByOthers.map(({ database }) => database.origin).toSorted()).toEqual(["adopted", "adopted", "created"]);
  for (const one of heldByOthers) await end(context, one, undefined);
  expect(await databases("recreated")).toBe(0);
});

test("a job that waits for a usage lock starts over when another job has created the database again", async () => {
  const { context, held, others } = await waitedFor("remade");
  expect(await held.usageLock.removeWith(async () => (await removeRunDatabase(context)).outcome === "deleted")).toBe(true);
  // Usually before the waiting jobs connect again: their sessions were ended, and a database with this name exists.
  await acquireRunDatabase(await existing("remade"), "last-run");
  await held.usageLock.close();
  const heldByOthers = await others;
  expect(await usageLocks(admin, named("remade"))).toBe(3);
  for (const one of heldByOthers) await end(context, one, undefined);
  expect(await databases("remade")).toBe(0);
});

test("a database that is created again between the migrations and the usage lock is migrated again", async () => {
  const context = await existing("again");
  const seen: string[] = [];
  const held = await hold(context, async ({ database }) => {
    const identity = await withSession(database.directUrl, databaseIdentity);
    seen.push(identity.database);
    if (seen.length === 1) {
      await removeRunDatabase(context);
      await acquireRunDatabase(await existing("again"), "last-run");
    }
    return identity.database;
  });
  expect(seen).toHaveLength(2);
  expect((await withSession(held.database.directUrl, databaseIdentity)).database).toBe(seen[1]);
  expect(await end(context, held, undefined)).toBeUndefined();
  expect(await databases("again")).toBe(0);
});

test.for([
  ["deleted", "What uses it from now on fails"],
  ["replaced", "another one has its name now"],
] as const)("a database that is %s under a job is reported while the job still uses it", async ([what, text]) => {
  const key = `lost_${what}`;
  const warnings: string[] = [];
  const context: Context = { ...(await existing(key)), emit: (event) => void (event.kind === "warning" && warnings.push(event.text)) };
  const held = await hold(context, async () => {});
  const { directUrl: url, name } = held.database;
  const database = new URL(url).pathname.slice(1);
  if (what === "deleted") await admin.query(`drop database ${database} with (force)`);
  else {
    // At no moment is there no database of that name.
    await admin.query(`create database ${database}_2`);
    await admin.query(`alter database ${database} with allow_connections false`);
    await admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [database]);
    await admin.query(`alter database ${database} rename to ${database}_1; alter database ${database}_2 rename to ${database}`);
  }
  await expect.poll(() => warnings, { timeout: 10_000 }).toHaveLength(1);
  expect(warnings[0]).toContain(`The database ${name} was deleted while it was in use here`);
  expect(warnings[0]).toContain(text);
  await held.usageLock.close();
  for (const one of [database, `${database}_1`]) await admin.query(`drop database if exists ${one}`);
  expect(warnings).toHaveLength(1);
});

test("a branch that is deleted under a job is reported", { tags: "proof" }, async () => {
  const mock = await startMock("--postgres");
  onTestFinished(() => void mock.stop());
  const warnings: string[] = [];
  const context: Context = { ...(await contextOf(mock)), emit: (event) => void (event.kind === "warning" && warnings.push(event.text)) };
  const held = await hold(context, async () => {});
  await removeRunDatabase(await contextOf(mock));
  await expect.poll(() => warnings.join(), { timeout: 30_000 }).toContain("was deleted while it was in use here");
  await held.usageLock.close();
});

test("a deletion that failed because the process was frozen is tried again", async () => {
  const context = await existing("frozen");
  const held = await hold(context, async () => {});
  const real = performance.now.bind(performance);
  let frozenMs = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => real() + frozenMs);
  onTestFinished(() => clock.mockRestore());
  const usageLock: UsageLock = {
    ...held.usageLock,
    // Twenty seconds pass at once, and the limit of the query fires before its answer is read.
    async release() {
      await held.usageLock.close();
      frozenMs = 20_000;
      throw new Error("Query read timeout");
    },
  };
  expect(await end(context, { ...held, usageLock }, undefined)).toBeUndefined();
  expect(await databases("frozen")).toBe(0);
});

test("releasing a usage lock over a silent network ends with a timeout", { tags: "proof" }, async () => {
  const { url } = await makeDatabase();
  const network = await startNetwork(server.port);
  onTestFinished(() => network.stop());
  const usageLock = await takeUsageLock(directUrl(url.replace(String(server.port), String(network.port))), NEVER);
  network.silence();
  await expect(usageLock?.release()).rejects.toThrow("timeout");
  await usageLock?.close();
});

test("a failed command is reported, with a warning that the database could not be deleted", async () => {
  await admin.query(`create role plain${tries} login createdb password 'test'`);
  const held = await hold(await existing("stuck", `plain${tries}`), async () => {});
  // A prepared transaction of a superuser, which another role must not end.
  const inside = new URL(held.database.directUrl).pathname;
  const asSuperuser = (sql: string): Promise<unknown> =>
    withSession(Object.assign(new URL(server.url), { pathname: inside }).href, (session) => session.query(sql));
  await asSuperuser("begin; create table t (); prepare transaction 'stuck'");
  await held.usageLock.close();
  const warnings: string[] = [];
  const { env } = await existing("stuck", `plain${tries}`);
  const emit: Listener = (event) => void (event.kind === "warning" && warnings.push(event.text));
  const settings = { run: `stuck${tries}`, provider: "existing", "migrations.tool": "none" } as const;
  const failed = run({ cwd: import.meta.dirname, env, settings, onEvent: emit, command: ["no-such-command-here"] });
  await expect(failed).rejects.toMatchObject({ code: "COMMAND_NOT_FOUND" });
  expect(warnings.join()).toMatch(/could not be dropped.*Delete it: npx offshoot down --run stuck\d+/);
  // A command that ended by itself keeps its status, and a success is none while its database is left.
  const ended = (status: number) =>
    run({ cwd: import.meta.dirname, env, settings, onEvent: emit, command: ["sh", "-c", `exit ${status}`] });
  await expect(ended(3)).resolves.toMatchObject({ exitCode: 3, kept: "not-deleted" });
  expect(warnings).toHaveLength(2);
  await expect(ended(0)).rejects.toThrow("could not be dropped");
  await asSuperuser("rollback prepared 'stuck'");
  await removeRunDatabase(await existing("stuck"));
});

test("a role without write privileges can delete its database", async () => {
  const { url } = await makeDatabase();
  await admin.query("create role reader login password 'test'");
  const own = new URL(url);
  own.username = "reader";
  const usageLock = await last(directUrl(own.href));
  expect(await usageLock.removeWith(() => Promise.resolve(true))).toBe(true);
  expect(await deletionMarkers(url)).toBe(0);
  await usageLock.close();
});

test("a job that starts while the last user's branch is being deleted gets its own branch", { tags: "proof" }, async () => {
  const mock = await startMock("--postgres", "--operation-time", "3000");
  onTestFinished(() => void mock.stop());
  const [first, second] = [await contextOf(mock), await contextOf(mock)];
  const held = await hold(first, async () => {});
  let other: ReturnType<typeof hold> | undefined;
  const usageLock: UsageLock = {
    ...held.usageLock,
    async release() {
      const isLast = await held.usageLock.release();
      other = hold(second, async () => {});
      // This job is the last user and about to delete the database. Now another job starts.
      await withSession(held.database.directUrl, (session) =>
        vi.waitUntil(async () => (await usageLocks(session)) === 2, { timeout: 20_000, interval: 50 }),
      );
      return isLast;
    },
  };
  expect(await end(first, { ...held, usageLock }, undefined)).toBeUndefined();
  const own = await other;
  expect(own?.database.origin).toBe("created");
  expect(own?.database.id).not.toBe(held.database.id);
  await end(second, own, undefined);
});

test("a job whose branch was deleted starts over, also when another job has created that name again", { tags: "proof" }, async () => {
  const mock = await startMock("--postgres");
  onTestFinished(() => void mock.stop());
  const [first, second] = [await contextOf(mock), await contextOf(mock)];
  const seen: string[] = [];
  const held = await hold(first, async ({ database }) => {
    seen.push(database.id);
    if (seen.length > 1) return undefined;
    await removeAfterLastUse(second);
    const again = await acquireRunDatabase(second, "last-run");
    expect(again.database.id).not.toBe(database.id);
    // What the migrations of the first branch meet now.
    return withSession(database.directUrl, () => Promise.resolve(undefined)).catch((thrown: unknown) => {
      throw connectionError(database.directUrl, thrown);
    });
  });
  expect(seen).toHaveLength(2);
  expect(held.database.id).toBe(seen[1]);
  await end(first, held, undefined);
});

async function contextOf({ env }: MockServer): Promise<Context> {
  return prepare({ cwd: import.meta.dirname, env: { ...env, PATH: process.env["PATH"] }, settings: { run: "shared", provider: "neon" } });
}

async function existing(key: string, username?: string): Promise<Context> {
  const url = username === undefined ? server.url : Object.assign(new URL(server.url), { username, password: "test" }).href;
  const env = { PATH: process.env["PATH"], OFFSHOOT_EXISTING_URL: url };
  return prepare({ cwd: import.meta.dirname, env, settings: { run: `${key}${tries}`, provider: "existing" } });
}

function named(key: string): string {
  return `offshoot_%${key}${tries}%`;
}

async function databases(key: string): Promise<number> {
  return (await admin.query("select from pg_database where datname like $1", [named(key)])).length;
}

/** A proxy to a server that can go silent, like a network that drops packets. */
async function startNetwork(to: number): Promise<{ readonly port: number; silence(): void; stop(): void }> {
  let isSilent = false;
  const sockets: Socket[] = [];
  const listening = createServer((near) => {
    const far = createConnection(to, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("data", (data) => void (isSilent || other.write(data)));
      one.on("error", () => other.destroy());
      sockets.push(one);
    }
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    port: (listening.address() as AddressInfo).port,
    silence: () => void (isSilent = true),
    stop() {
      listening.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function locks(which: string): Promise<number> {
  return (await admin.query(`select from pg_locks where locktype = 'advisory' and classid = ${LOCK_CLASS} and ${which}`)).length;
}

async function usageLocks(session: Session, like = "%"): Promise<number> {
  return (await session.query("select from pg_stat_activity where application_name = 'offshoot:usage' and datname like $1", [like])).length;
}

async function sessions(name: string): Promise<number> {
  return (await admin.query("select from pg_stat_activity where datname = $1", [name])).length;
}

async function deletionMarkers(url: DirectUrl): Promise<number> {
  return withSession(url, async (session) => (await session.query("select from pg_class where relname = 'deletion'")).length);
}
