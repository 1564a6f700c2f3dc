import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Listener } from "../../../src/events.ts";
import { databaseIdentity } from "../../../src/readiness/marker.ts";
import { connect, type Session, withSession } from "../../../src/postgres/connect.ts";
import { LOCK_CLASS } from "../../../src/postgres/lock.ts";
import { type DirectUrl, directUrl, withDatabase } from "../../../src/postgres/url.ts";
import { run } from "../../../src/commands/run.ts";
import { type Context, prepare } from "../../../src/context/context.ts";
import { downIn, removeAfterLastUse } from "../../../src/commands/down-in.ts";
import { type UsageLock, takeUsageLock } from "../../../src/usage/usage-lock.ts";
import { holdDatabase, type MakeReady } from "../../../src/usage/hold.ts";
import { type Held, tearDown } from "../../../src/usage/teardown.ts";
import { upIn, type UpResult } from "../../../src/commands/up-in.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { startServer, type TestServer } from "../../support/server.ts";

vi.setConfig({ testTimeout: 60_000 });

const hold = (context: Context, makeReady: MakeReady<UpResult>) => holdDatabase(context, () => upIn(context, "last-run"), makeReady);
const end = (context: Context, held: Held | undefined, keep: "kept" | undefined) => tearDown(context, held, keep, removeAfterLastUse);
type Share = Awaited<ReturnType<typeof hold>>;

const NEVER = new AbortController().signal;

let server: TestServer;
let admin: Session;
let made = 0;
/** A second try of a test must not meet what the first one left. */
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

/** The share of the only one, given back: nobody else can have one until it is closed. */
async function last(url: DirectUrl): Promise<UsageLock> {
  const lease = await takeUsageLock(url, NEVER);
  expect(await lease?.release()).toBe(true);
  if (lease === undefined) throw new Error("unreachable");
  return lease;
}

test("who comes while the last one's removal takes effect waits for that, and takes no share", async () => {
  const { name, url } = await makeDatabase();
  const lease = await last(url);
  await lease.endWith(() => Promise.resolve(true));
  await lease.close();
  const other = takeUsageLock(url, NEVER);
  await expect.poll(() => sessions(name)).toBe(1);
  await admin.query(`drop database ${name} with (force)`);
  expect(await other).toBeUndefined();
});

test("a removal that failed leaves the database to others", async () => {
  const { url } = await makeDatabase();
  const lease = await last(url);
  await expect(lease.endWith(() => Promise.reject(new Error("the network is down")))).rejects.toThrow("the network is down");
  await lease.close();
  const other = await takeUsageLock(url, NEVER, { endingMs: 60_000 });
  expect(await other?.release()).toBe(true);
  await other?.close();
});

test("a removal whose process was killed before it asked is forgotten after a while", async () => {
  const { url } = await makeDatabase();
  const killed = await last(url);
  void killed.endWith(() => new Promise(() => {}));
  await expect.poll(() => endings(url)).toBe(1);
  await killed.close();
  const [one, other] = await Promise.all([takeUsageLock(url, NEVER, { endingMs: 1000 }), takeUsageLock(url, NEVER, { endingMs: 60_000 })]);
  expect(await endings(url)).toBe(0);
  expect([await one?.release(), await other?.release()]).toEqual([false, true]);
  await Promise.all([one?.close(), other?.close()]);
});

test("and is not taken to stay where its provider still deletes it", async () => {
  const { url } = await makeDatabase();
  const lease = await last(url);
  await lease.endWith(() => Promise.resolve(true));
  await lease.close();
  expect(await takeUsageLock(url, NEVER, { endingMs: 500, stays: () => Promise.resolve(false) })).toBeUndefined();
  expect(await endings(url)).toBe(1);
});

test("shares that were lost with the server are taken again before one of them is the last", async () => {
  const { name, url } = await makeDatabase();
  const [one, other] = [await takeUsageLock(url, NEVER), await takeUsageLock(url, NEVER)];
  await admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [name]);
  expect(await one?.release()).toBe(false);
  expect(await other?.release()).toBe(true);
  await Promise.all([one?.close(), other?.close()]);
});

test("a lost share is taken again also where another looked just then whether it was the last", async () => {
  const { name, url } = await makeDatabase();
  const lease = await takeUsageLock(url, NEVER);
  await withSession(url, async (other) => {
    const alone = other.query("select pg_advisory_lock($1, hashtext('offshoot:lease'))", [LOCK_CLASS]);
    await expect.poll(() => locks("not granted")).toBe(1);
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'offshoot:lease'", [
      name,
    ]);
    await alone;
    // It comes back, and finds the other alone with the database.
    await expect.poll(async () => leases(admin, name)).toBe(1);
    await pause(300);
    expect(await locks("mode = 'ShareLock'")).toBe(0);
  });
  await expect.poll(() => locks("granted and mode = 'ShareLock'"), { timeout: 10_000 }).toBe(1);
  expect(await lease?.release()).toBe(true);
  await lease?.close();
});

test("a database in which no note can be left goes all the same", async () => {
  const held = await hold(await existing("noteless"), async () => {});
  await withSession(held.database.directUrl, async (session) => {
    await session.query("create function forbid() returns event_trigger language plpgsql as $$ begin raise 'no DDL'; end $$");
    await session.query("create event trigger forbid on ddl_command_start execute function forbid()");
  });
  expect(await end(await existing("noteless"), held, undefined)).toBeUndefined();
  expect(await databases("noteless")).toBe(0);
});

test("a database that `offshoot up` has asked for meanwhile stays", async () => {
  const held = await hold(await existing("wanted"), async () => {});
  await upIn(await existing("wanted"));
  expect(await end(await existing("wanted"), held, undefined)).toBe("until-down");
  const { directUrl: url } = held.database;
  expect([await databases("wanted"), await endings(url)]).toEqual([1, 0]);
  expect(await downIn(await existing("wanted"))).toMatchObject({ outcome: "deleted" });
});

/** One that gave its share back and is about to remove the database, with three others who wait for a share. */
async function waitedFor(key: string): Promise<{ context: Context; held: Share; others: Promise<Share[]> }> {
  const context = await existing(key);
  const held = await hold(context, async () => {});
  expect(await held.usageLock.release()).toBe(true);
  const others = Promise.all(["one", "two", "three"].map(async () => hold(await existing(key), async () => {})));
  await expect.poll(async () => leases(admin, named(key)), { timeout: 20_000 }).toBe(4);
  return { context, held, others };
}

test("jobs that wait for their share while the last one removes the database start over, whoever is first", async () => {
  const { context, held, others } = await waitedFor("anew");
  expect(await held.usageLock.endWith(async () => (await downIn(context)).outcome === "deleted")).toBe(true);
  await held.usageLock.close();
  const shares = await others;
  expect(shares.map(({ database }) => database.origin).toSorted()).toEqual(["adopted", "adopted", "created"]);
  for (const share of shares) await end(context, share, undefined);
  expect(await databases("anew")).toBe(0);
});

test("who waits for a share in a database that another has made anew by then starts over", async () => {
  const { context, held, others } = await waitedFor("remade");
  expect(await held.usageLock.endWith(async () => (await downIn(context)).outcome === "deleted")).toBe(true);
  // Mostly before those who waited ask again: their sessions ended in silence, and by its name the database is there.
  await upIn(await existing("remade"), "last-run");
  await held.usageLock.close();
  const shares = await others;
  expect(await leases(admin, named("remade"))).toBe(3);
  for (const share of shares) await end(context, share, undefined);
  expect(await databases("remade")).toBe(0);
});

test("a database that is made anew between the migrations and the share is migrated again", async () => {
  const context = await existing("again");
  const seen: string[] = [];
  const held = await hold(context, async ({ database }) => {
    const identity = await withSession(database.directUrl, databaseIdentity);
    seen.push(identity.database);
    if (seen.length === 1) {
      await downIn(context);
      await upIn(await existing("again"), "last-run");
    }
    return identity.database;
  });
  expect(seen).toHaveLength(2);
  expect((await withSession(held.database.directUrl, databaseIdentity)).database).toBe(seen[1]);
  expect(await end(context, held, undefined)).toBeUndefined();
  expect(await databases("again")).toBe(0);
});

test("over a network that went silent a share is not waited for without end", async () => {
  const { url } = await makeDatabase();
  const network = await startNetwork(server.port);
  onTestFinished(() => network.stop());
  const lease = await takeUsageLock(directUrl(url.replace(String(server.port), String(network.port))), NEVER);
  network.silence();
  await expect(lease?.release()).rejects.toThrow("timeout");
  await lease?.close();
});

test("what went wrong is told, and beside it that the database could not be removed", async () => {
  const held = await hold(await existing("stuck"), async () => {});
  await withSession(held.database.directUrl, (session) => session.query("begin; create table t (); prepare transaction 'stuck'"));
  await held.usageLock.close();
  const told: string[] = [];
  const { env } = await existing("stuck");
  const emit: Listener = (event) => void (event.kind === "warning" && told.push(event.text));
  const settings = { run: `stuck${tries}`, provider: "existing" } as const;
  const failed = run({ cwd: import.meta.dirname, env, settings, onEvent: emit, command: ["no-such-command-here"] });
  await expect(failed).rejects.toMatchObject({ code: "COMMAND_NOT_FOUND" });
  expect(told.join()).toMatch(/could not be dropped.*`offshoot down --run stuck\d+` removes it/);
  await withSession(held.database.directUrl, (session) => session.query("rollback prepared 'stuck'"));
  await downIn(await existing("stuck"));
});

test("a role that may write nothing ends its database all the same", async () => {
  const { url } = await makeDatabase();
  await admin.query("create role reader login password 'test'");
  const own = new URL(url);
  own.username = "reader";
  const lease = await last(directUrl(own.href));
  expect(await lease.endWith(() => Promise.resolve(true))).toBe(true);
  expect(await endings(url)).toBe(0);
  await lease.close();
});

test("a job that comes while the last one's branch is being deleted gets a branch of its own", async () => {
  const mock = await startMock("--postgres", "--operation-time", "3000");
  onTestFinished(() => void mock.stop());
  const [first, second] = [await contextOf(mock), await contextOf(mock)];
  const held = await hold(first, async () => {});
  let other: ReturnType<typeof hold> | undefined;
  const lease: UsageLock = {
    ...held.usageLock,
    async release() {
      const isLast = await held.usageLock.release();
      other = hold(second, async () => {});
      // Alone with the database, and about to remove it: now another comes.
      await withSession(held.database.directUrl, (session) =>
        vi.waitUntil(async () => (await leases(session)) === 2, { timeout: 20_000, interval: 50 }),
      );
      return isLast;
    },
  };
  expect(await end(first, { ...held, usageLock: lease }, undefined)).toBeUndefined();
  const own = await other;
  expect(own?.database.origin).toBe("created");
  expect(own?.database.id).not.toBe(held.database.id);
  await end(second, own, undefined);
});

async function contextOf({ env }: MockServer): Promise<Context> {
  return prepare({ cwd: import.meta.dirname, env: { ...env, PATH: process.env["PATH"] }, settings: { run: "shared", provider: "neon" } });
}

async function existing(key: string): Promise<Context> {
  const env = { PATH: process.env["PATH"], OFFSHOOT_EXISTING_URL: server.url };
  return prepare({ cwd: import.meta.dirname, env, settings: { run: `${key}${tries}`, provider: "existing" } });
}

function named(key: string): string {
  return `offshoot_%${key}${tries}%`;
}

async function databases(key: string): Promise<number> {
  return (await admin.query("select from pg_database where datname like $1", [named(key)])).length;
}

/** A way to a server that can go silent, as a network does that drops packets. */
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

async function leases(session: Session, like = "%"): Promise<number> {
  return (await session.query("select from pg_stat_activity where application_name = 'offshoot:lease' and datname like $1", [like])).length;
}

async function sessions(name: string): Promise<number> {
  return (await admin.query("select from pg_stat_activity where datname = $1", [name])).length;
}

async function endings(url: DirectUrl): Promise<number> {
  return withSession(url, async (session) => (await session.query("select from pg_class where relname = 'ending'")).length);
}
