// @module-tag proof
import { inject, beforeAll, describe, expect, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import { existingProvider } from "../../../../src/providers/existing.ts";
import { connect } from "../../../../src/postgres/connect.ts";
import { tryLock } from "../../../../src/postgres/lock.ts";
import { createClone, databaseOfClone, keepClone } from "../../../../src/providers/clones/clone.ts";
import { expiryOf, requireClones } from "../../../../src/providers/clones/clones.ts";
import { makeSource } from "../../../../src/providers/clones/source.ts";
import { readDatabases } from "../../../../src/providers/local/databases.ts";
import { dropStale } from "../../../../src/providers/local/drop.ts";
import { suiteLockOf } from "../../../../src/providers/local/locks.ts";
import type { Database, Provider } from "../../../../src/providers/provider.ts";
import { holdSuiteLock } from "../../../../src/runners/suite-lock.ts";
import { takeUsageLock } from "../../../../src/usage/usage-lock.ts";
import { withSession } from "../../../support/session.ts";
import { acquired, listening, uniqueKey, wantedBy } from "../requests.ts";

const SUITE = "00112233445566aa";

let provider: Provider;
beforeAll(() => {
  provider = existingProvider({ url: inject("serverUrl"), clones: true, baseTtlMs: 86_400_000 });
});

const within = () => deadline("a test", 60_000);
const onServer = <T>(sql: string): Promise<T[]> => withSession(inject("serverUrl"), (session) => session.query(sql)) as Promise<T[]>;
const rows = (url: string, sql = "select count(*)::int as n from public.item"): Promise<unknown[]> =>
  withSession(url, (session) => session.query(sql));

async function migrated(): Promise<Database> {
  const database = await acquired(provider, uniqueKey());
  await withSession(database.directUrl, (session) =>
    session.query(`create table public.item (id int primary key); insert into public.item select generate_series(1, 3);
      do $$ begin execute format('alter database %I set work_mem = %L', current_database(), '9MB'); end $$`),
  );
  return database;
}

/** The databases on the server that belong to the run, besides its own. */
async function clonesOf({ tag }: Database): Promise<readonly string[]> {
  const { entries } = await withSession(inject("serverUrl"), (session) => readDatabases(session as never));
  return entries.flatMap((entry) => (entry.tag?.run === tag.run && entry.tag.clone !== undefined ? [entry.tag.clone] : [])).toSorted();
}

test("twelve callers at once get a clone each, from one copy of the database", async () => {
  const database = await migrated();
  const clones = await Promise.all(Array.from({ length: 12 }, () => database.clone()));
  expect(new Set(clones.map(({ url }) => url)).size).toBe(12);
  for (const { url } of clones) expect(await rows(url)).toEqual([{ n: 3 }]);
  expect(await rows(clones[0]?.url ?? "", "show work_mem")).toEqual([{ work_mem: "9MB" }]);
  expect((await clonesOf(database)).filter((name) => name.startsWith("source-"))).toHaveLength(1);
  await Promise.all(clones.map((clone) => clone.drop()));
  expect(await clonesOf(database)).toHaveLength(1);
  await database[Symbol.asyncDispose]();
  expect(await clonesOf(database)).toEqual([]);
});

test("a clone with a name is found again, and a change in one clone is in no other", async () => {
  const database = await migrated();
  const [one, other] = [await database.clone({ name: "worker-1" }), await database.clone({ name: "worker-2" })];
  await withSession(one.directUrl, (session) => session.query("delete from public.item"));
  expect((await database.clone({ name: "worker-1" })).url).toBe(one.url);
  expect(await rows(one.url)).toEqual([{ n: 0 }]);
  expect(await rows(other.url)).toEqual([{ n: 3 }]);
  await one.drop();
  await one.drop();
  await database[Symbol.asyncDispose]();
});

test("`await using` deletes the clone with its sessions", async () => {
  const database = await migrated();
  let url: string;
  {
    await using clone = await database.clone();
    url = clone.directUrl;
    expect(await rows(url)).toEqual([{ n: 3 }]);
  }
  await expect(rows(url)).rejects.toMatchObject({ code: "3D000" });
  await database[Symbol.asyncDispose]();
});

test.each(["Big", "a b", "a_b", "", "x".repeat(33), "a--b", "ä"])("refuses %j as the name of a clone", async (name) => {
  const database = await migrated();
  await expect(database.clone({ name })).rejects.toMatchObject({ code: "USAGE" });
  await database[Symbol.asyncDispose]();
});

test("refuses a name that is not in an object, which would be ignored", async () => {
  const database = await migrated();
  await expect(database.clone("x" as never)).rejects.toMatchObject({ code: "CONFIG_INVALID", remedy: expect.stringContaining("{ name: ") });
  await database[Symbol.asyncDispose]();
});

test("new migrations lead to a new source, and the clone has their objects", async () => {
  const database = await migrated();
  await using before = await database.clone();
  await withSession(database.directUrl, (session) =>
    session.query(`create schema offshoot; create table offshoot.readiness (fingerprint text, epoch int, state text);
      insert into offshoot.readiness values ('f', 1, 'ready'); create table public.later (id int)`),
  );
  await using after = await database.clone();
  expect(await rows(after.url, "select to_regclass('public.later') is not null as n")).toEqual([{ n: true }]);
  expect(await rows(before.url, "select to_regclass('public.later') is not null as n")).toEqual([{ n: false }]);
  await database[Symbol.asyncDispose]();
});

describe("sessions in the run's database", () => {
  test("a usage lock of another process is taken again after the copy", async () => {
    const database = await migrated();
    const lock = await takeUsageLock(database.directUrl, new AbortController().signal);
    const clones = await Promise.all([database.clone(), database.clone(), database.clone()]);
    expect(clones).toHaveLength(3);
    const name = new URL(database.directUrl).pathname.slice(1);
    const holders = `select count(*)::int as n from pg_stat_activity where datname = '${name}' and application_name = 'offshoot:usage'`;
    await expect.poll(() => onServer(holders)).toEqual([{ n: 1 }]);
    expect(lock?.lost.aborted).toBe(false);
    await lock?.release();
    await lock?.close();
    await database[Symbol.asyncDispose]();
  });

  test("a session of another program is named, and ends the wait", async () => {
    const database = await migrated();
    const other = await connect(database.directUrl, { applicationName: "next dev" });
    const server = requireClones(database.clones);
    await expect(makeSource(server, within(), { freeMs: 300 })).rejects.toMatchObject({
      code: "DATABASE_IN_USE",
      message: expect.stringContaining("next dev"),
    });
    const waiting = makeSource(server, within(), { freeMs: 20_000 });
    await other.close();
    await (await waiting).close();
    await database[Symbol.asyncDispose]();
  });

  test("three sessions are named with their processes on the server, without their queries, so that they can be ended", async () => {
    const database = await migrated();
    const open = [];
    for (const applicationName of ["psql", "next dev", "psql", "later"]) {
      const session = await connect(database.directUrl, { applicationName });
      await session.query("select 'a text that nobody sees'");
      open.push(session);
    }
    const pids = await Promise.all(
      open.map(async (session) => (await session.query<{ pid: number }>("select pg_backend_pid() as pid"))[0]?.pid),
    );
    const thrown: unknown = await makeSource(requireClones(database.clones), within(), { freeMs: 100 }).catch((error: unknown) => error);
    const [user = ""] = (await open[0]?.query<{ user: string }>("select current_user::text as user"))?.map((row) => row.user) ?? [];
    expect(thrown).toMatchObject({
      code: "DATABASE_IN_USE",
      message: `No clone was made, because other sessions are open in the run's database: psql (${user}, pid ${pids[0]}), next dev (${user}, pid ${pids[1]}), psql (${user}, pid ${pids[2]}), and 1 more.`,
      remedy: expect.stringContaining("pg_terminate_backend(PID)"),
      facts: { sessions: 4, pids: pids.slice(0, 3).join(", ") },
    });
    expect(JSON.stringify(thrown) + String(thrown)).not.toContain("a text that nobody sees");
    // The advice works: the sessions end, and the clone is made.
    for (const pid of pids) await onServer(`select pg_terminate_backend(${pid})`);
    await (await database.clone({ name: "free" })).drop();
    await Promise.all(open.map((session) => session.close()));
    await database[Symbol.asyncDispose]();
  });
});

describe("a suite of tests", () => {
  test("its clones are dropped when its processes have ended, and a kept one is not", async () => {
    const database = await migrated();
    const server = requireClones(database.clones);
    const { source, close } = await makeSource(server, within());
    await close();
    const holder = await connect(server.directUrl);
    expect(await tryLock(holder, suiteLockOf(SUITE))).toBe(true);
    const expiresAt = expiryOf(server);
    const session = await connect(server.url);
    for (const name of ["one", "two", "busy"]) await createClone(session, source, { name, suite: SUITE, expiresAt }, within());
    const later = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
    await keepClone(session, server, "two", later);
    const options = { within: within(), emit: () => {}, baseTtlMs: 86_400_000, idleMs: 900_000 };
    await dropStale(session, await readDatabases(session), options);
    expect(await clonesOf(database)).toEqual(["busy", "one", expect.stringMatching(/^source-/), "two"]);
    const busy = await connect((await database.clone({ name: "busy" })).directUrl);
    await holder.close();
    await dropStale(session, await readDatabases(session), options);
    expect(await clonesOf(database)).toEqual(["busy", expect.stringMatching(/^source-/), "two"]);
    await busy.close();
    const listed = (await provider.list(listening())).find(({ name }) => name === `${database.name}~two`);
    expect(listed).toMatchObject({ kind: "run", tag: { clone: "two", run: database.tag.run }, expiresAt: later });
    // `offshoot down` deletes everything of the run; the end of the last job keeps what a test kept.
    await provider.release(`${database.name}~busy`, listening());
    await session.close();
    await database[Symbol.asyncDispose]();
    expect(await clonesOf(database)).toEqual([]);
  });

  test("a clone that a test kept is still there after the last job, and `down` deletes it", async () => {
    const wanted = wantedBy(uniqueKey());
    const database = await provider.acquire({ ...wanted, tag: { ...wanted.tag, lifetime: "last-run" } }, listening());
    if (database.kind === "refusal") throw new Error(database.text);
    const kept = await database.clone({ name: "kept" });
    const server = requireClones(database.clones);
    const session = await connect(server.url);
    await keepClone(session, server, "kept", expiryOf(server));
    await session.close();
    // A worker that was killed leaves its clone. The next run with this name must not get it.
    await database.clone({ name: "left" });
    expect(await provider.release(database.name, listening(), { only: "last-run" })).toBe("deleted");
    expect(await clonesOf(database)).toEqual(["kept"]);
    expect(await rows(kept.url, "select 1 as n")).toEqual([{ n: 1 }]);
    expect(await provider.release(database.name, listening())).toBe("not-found");
    expect(await clonesOf(database)).toEqual([]);
  });
});

test("a fresh source replaces an old one, but not one that another suite of the run uses", async () => {
  const database = await migrated();
  const server = requireClones(database.clones);
  const make = async (): Promise<void> => {
    const made = await makeSource(server, within(), { isFresh: true });
    await made.close();
  };
  const sourceOid = async (): Promise<unknown> => {
    const [name] = (await clonesOf(database)).filter((each) => each.startsWith("source-"));
    return onServer(`select oid from pg_database where datname = '${databaseOfClone(server, name ?? "")}'`);
  };
  const own = await holdSuiteLock(server, "aaaaaaaaaaaaaaaa", new AbortController().signal);
  await make();
  const first = await sourceOid();
  await make();
  const second = await sourceOid();
  expect(second).not.toEqual(first);
  const other = await holdSuiteLock(server, "bbbbbbbbbbbbbbbb", new AbortController().signal);
  await make();
  expect(await sourceOid()).toEqual(second);
  await own.close();
  await other.close();
  await database[Symbol.asyncDispose]();
});

test("an existing server gets no clones unless a setting allows it", async () => {
  const strict = existingProvider({ url: inject("serverUrl"), baseTtlMs: 86_400_000 });
  const database = await acquired(strict, uniqueKey());
  await expect(database.clone()).rejects.toMatchObject({
    code: "PROVIDER_REJECTED",
    remedy: expect.stringContaining("OFFSHOOT_EXISTING_CLONES"),
  });
  await database[Symbol.asyncDispose]();
});

test("a database with the name of a clone and another tag is neither used nor dropped", async () => {
  const database = await migrated();
  const clone = await database.clone({ name: "mine" });
  const name = new URL(clone.directUrl).pathname.slice(1);
  await onServer(`comment on database "${name}" is 'of somebody'`);
  await expect(clone.drop()).rejects.toMatchObject({ code: "NOT_OURS" });
  await expect(database.clone({ name: "mine" })).rejects.toMatchObject({ code: "NOT_OURS" });
  await onServer(`drop database "${name}"`);
  await database[Symbol.asyncDispose]();
});

test("a clone of a database that was deleted is refused with what to do", async () => {
  const database = await migrated();
  await onServer(`drop database "${new URL(database.directUrl).pathname.slice(1)}" with (force)`);
  await expect(database.clone()).rejects.toMatchObject({ code: "DATABASE_UNKNOWN", remedy: expect.stringContaining("Call up() again") });
});
