// @module-tag proof
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { silent } from "../../../../src/events.ts";
import { connect, type Session, withSession } from "../../../support/session.ts";
import { withDatabase } from "../../../../src/postgres/url.ts";
import { existingProvider, type ExistingOptions } from "../../../../src/providers/existing.ts";
import { readDatabases } from "../../../../src/providers/local/databases.ts";
import { dropStale, dropUnused } from "../../../../src/providers/local/drop.ts";
import { toDatabase } from "../../../../src/providers/local/names.ts";
import { stopWhenIdle } from "../../../../src/providers/local/stop-when-idle.ts";
import { tie } from "../../../../src/providers/local/tie.ts";
import { deadline } from "../../../../src/deadline.ts";
import { startServer, type TestServer } from "../../../support/server.ts";
import { acquired, listening, uniqueKey, wantedBy } from "../requests.ts";

vi.setConfig({ testTimeout: 60_000 });

const HOUR = 3_600_000;
const PATIENCE = { timeout: 20_000, interval: 200 };

let server: TestServer;
let admin: Session;
const provider = (more: Partial<ExistingOptions> = {}) => existingProvider({ url: server.url, baseTtlMs: HOUR, ...more });

beforeAll(async () => {
  server = await startServer();
  admin = await connect(server.url);
});
afterAll(async () => {
  await admin.close();
  await server.stop();
});

/** A database that has expired; `url` connects to it. */
async function expiredDatabase(): Promise<{ readonly key: string; readonly name: string; readonly url: string }> {
  const key = uniqueKey();
  const name = toDatabase(wantedBy(key).name);
  const database = await acquired(provider(), key, { ttlMs: 1000 });
  await pause(1100);
  return { key, name, url: database.directUrl };
}

async function exists(name: string): Promise<boolean> {
  return (await admin.query("select from pg_database where datname = $1", [name])).length === 1;
}

async function dropExpired(idleMs = 0): Promise<readonly string[]> {
  const events: string[] = [];
  const within = deadline("dropping", 30_000);
  const emit = (event: { readonly kind: string; readonly text?: unknown }): void => void events.push(String(event.text));
  await dropStale(admin, await readDatabases(admin), { baseTtlMs: HOUR, idleMs, within, emit });
  return events;
}

test("an expired database is not dropped under an open session, and the drop is reported", async () => {
  const { key, name, url } = await expiredDatabase();
  await withSession(url, async (session) => {
    expect(await dropExpired()).toEqual([]);
    expect(await session.query("select 1 as one")).toEqual([{ one: 1 }]);
  });
  expect(await exists(name)).toBe(true);
  await vi.waitFor(
    async () => expect(await dropExpired()).toEqual([expect.stringContaining(`of the run ${key}, which expired at`)]),
    PATIENCE,
  );
  expect(await exists(name)).toBe(false);
});

test("a database of a process that has ended is dropped before it expires, and is not called expired", async () => {
  const key = uniqueKey();
  const name = toDatabase(wantedBy(key).name);
  await acquired(provider(), key, { ttlMs: HOUR });
  await (await tie(server.url, name, new AbortController().signal))[Symbol.asyncDispose]();
  await vi.waitFor(async () => {
    const [text] = await dropExpired();
    expect(text).toContain(`of the run ${key}, which belonged to a process that has ended.`);
  }, PATIENCE);
  expect(await exists(name)).toBe(false);
});

test("a session that is opened after the check and before the drop keeps the database", async () => {
  const { name, url } = await expiredDatabase();
  await withSession(url, async (session) => {
    expect(await dropUnused(admin, { name, isTemplate: false })).toBe(false);
    expect(await session.query("select 1 as one")).toEqual([{ one: 1 }]);
  });
  // The server still accepts sessions.
  await withSession(url, (session) => session.query("select 1"));
});

test("a renewal is a use, and moves the expiry by the server's clock", async () => {
  const { key, name } = await expiredDatabase();
  const database = await provider().find(wantedBy(key).name, listening());
  const until = await database?.renew?.(600_000, new AbortController().signal);
  expect(Math.abs((until?.getTime() ?? 0) - Date.now() - 600_000)).toBeLessThan(5000);
  const [listed] = (await provider().list(listening())).filter(({ tag }) => tag?.run === key);
  expect(listed).toMatchObject({ expiresAt: until, lastUsedAt: expect.any(Date), readAt: expect.any(Date) });
  // A shorter time never replaces a longer one.
  expect(await database?.renew?.(1000, new AbortController().signal)).toEqual(until);
  await admin.query(`drop database "${name}"`);
  expect(await database?.renew?.(1000, new AbortController().signal)).toBeUndefined();
});

test("an expired database that was used a moment ago is kept for the idle time", async () => {
  const { key, name } = await expiredDatabase();
  const database = await provider().find(wantedBy(key).name, listening());
  await database?.renew?.(1, new AbortController().signal);
  await pause(1100);
  await dropExpired(60_000);
  expect(await exists(name)).toBe(true);
  await vi.waitFor(async () => {
    await dropExpired(1000);
    expect(await exists(name)).toBe(false);
  }, PATIENCE);
});

test("a sweep keeps a database that was used, renewed or opened since it was listed", async () => {
  const { key, name, url } = await expiredDatabase();
  const full = wantedBy(key).name;
  const [seen] = (await provider().list(listening())).filter(({ tag }) => tag?.run === key);
  const database = await provider().find(full, listening());
  await withSession(url, async () => {
    await expect(provider().release(full, listening(), { seen })).rejects.toMatchObject({ code: "PROTECTED" });
  });
  await database?.renew?.(600_000, new AbortController().signal);
  await expect(provider().release(full, listening(), { seen })).rejects.toThrow(
    `The database ${name} was not dropped: it was used since it was listed.`,
  );
  const [now] = (await provider().list(listening())).filter(({ tag }) => tag?.run === key);
  await vi.waitFor(async () => expect(await provider().release(full, listening(), { seen: now })).toBe("deleted"), PATIENCE);
});

test("the idle reaper records who uses a database, and drops it only when it is idle", { tags: "proof" }, async () => {
  const { key, name, url } = await expiredDatabase();
  const texts: string[] = [];
  const reaper = stopWhenIdle(
    { url: server.url, id: "test" },
    {
      idleMs: 2000,
      baseTtlMs: HOUR,
      stop: async () => true,
      emit: (event) => void ("text" in event && texts.push(event.text)),
    },
  );
  await withSession(url, async (session) => {
    await pause(4000);
    expect(await session.query("select 1 as one")).toEqual([{ one: 1 }]);
  });
  await vi.waitFor(async () => expect(await exists(name)).toBe(false), PATIENCE);
  await vi.waitFor(() => expect(texts).toEqual([expect.stringContaining(`of the run ${key}`)]), PATIENCE);
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'offshoot idle reaper'");
  await reaper.catch(() => {});
});

test("a short session in the first minute of a database is a use of it", { tags: "proof" }, async () => {
  const key = uniqueKey();
  const { directUrl } = await acquired(provider(), key, { ttlMs: HOUR });
  const options = { idleMs: 2000, baseTtlMs: HOUR, stop: async () => true, emit: () => {} };
  const reaper = stopWhenIdle({ url: server.url, id: "test" }, options);
  const lastUse = async (): Promise<unknown> =>
    (await provider().list(listening())).find(({ tag }) => tag?.run === key)?.lastUsedAt?.getTime();
  await pause(1500);
  // The sessions of the command that created it are none.
  expect(await lastUse()).toBeUndefined();
  await withSession(directUrl, (session) => session.query("select 1"));
  await vi.waitFor(async () => expect(await lastUse()).toBeGreaterThan(Date.now() - 60_000), PATIENCE);
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'offshoot idle reaper'");
  await reaper.catch(() => {});
});

test("a database that a person renamed is kept, and so is one to which a person copied the comment", async () => {
  const { key, name } = await expiredDatabase();
  const [{ comment } = { comment: "" }] = await admin.query<{ comment: string }>(
    "select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1",
    [name],
  );
  await admin.query(`alter database "${name}" rename to offshoot_mine`);
  await admin.query("create database offshoot_copy");
  await admin.query(`comment on database offshoot_copy is '${comment}'`);
  onTestFinished(async () => {
    for (const kept of ["offshoot_mine", "offshoot_copy"]) await admin.query(`drop database if exists ${kept} with (force)`);
  });
  expect(await dropExpired()).toEqual([]);
  expect(await provider().release(wantedBy(key).name, listening())).toBe("not-found");
  for (const mine of ["offshoot_mine", "offshoot_copy"]) {
    await expect(provider().release(mine, listening())).rejects.toMatchObject({ code: "NOT_OURS" });
    const [listed] = (await provider().list(listening())).filter((one) => one.name === mine);
    expect(listed).toMatchObject({ kind: "foreign", tag: undefined });
    expect(await exists(mine)).toBe(true);
  }
  // The run gets a new database under its own name.
  expect(await acquired(provider(), key)).toMatchObject({ origin: "created" });
});

test("a database that a person renamed to any name keeps the server's data", async () => {
  const { name } = await expiredDatabase();
  await admin.query(`alter database "${name}" rename to precious`);
  onTestFinished(async () => void (await admin.query("drop database precious with (force)")));
  const { entries } = await readDatabases(admin);
  expect(entries.find((entry) => entry.name === "precious")).toMatchObject({ tag: undefined });
  expect((await provider().list(listening())).map((one) => one.name)).not.toContain("precious");
});

test.each([
  ["behind", -3 * HOUR],
  ["ahead", 3 * HOUR],
])("a clock that is three hours %s changes no expiry, and is reported", async (word, skewMs) => {
  const key = uniqueKey();
  const wrong = (): Date => new Date(Date.now() + skewMs);
  const wanted = wantedBy(key, { ttlMs: HOUR, now: wrong() });
  const limits = listening();
  const database = await provider({ now: wrong }).acquire(wanted, limits);
  const warnings = limits.events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));
  expect(warnings).toEqual([
    expect.stringMatching(new RegExp(`^The clock of this machine is 3 h ${word} (of )?that of the database server\\. `)),
  ]);
  expect(database).toMatchObject({ kind: "database", origin: "created" });
  const until = "expiresAt" in database ? database.expiresAt?.getTime() : 0;
  expect(Math.abs((until ?? 0) - Date.now() - HOUR)).toBeLessThan(10_000);
  expect(await provider().release(wanted.name, { ...listening(), emit: silent })).toBe("deleted");
});

test("the URL of an expired database that a short time to live left is renewed by the next job", async () => {
  const key = uniqueKey();
  await acquired(provider(), key, { ttlMs: 5000 });
  await pause(3000);
  const again = await acquired(provider(), key, { ttlMs: 5000 });
  expect(again).toMatchObject({ origin: "adopted" });
  expect((again.expiresAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3500);
  expect(withDatabase(server.url, toDatabase(again.name))).toBe(again.url);
});
