// @module-tag proof
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { withSession } from "../../../support/session.ts";
import { tryLock } from "../../../../src/postgres/lock.ts";
import { lockOf } from "../../../../src/providers/local/locks.ts";
import { commentOn, formatComment } from "../../../../src/providers/local/databases.ts";
import { isScratch, scratchName, toDatabase } from "../../../../src/providers/local/names.ts";
import { type Cluster, runningServer } from "../../../../src/providers/local/cluster/cluster.ts";
import type { Database } from "../../../../src/providers/provider.ts";
import { acquired, listening, wantedBy } from "../requests.ts";
import { type Home, homeForTest } from "./homes.ts";
import { answerOf, startJob } from "../jobs.ts";

const KEY = "cluster";
const { name: NAME } = wantedBy(KEY);
const PATIENCE = { timeout: 30_000, interval: 50 };

/** Creates a table in the run's database, so that the same data is recognised later. */
async function mark(database: Database): Promise<void> {
  await withSession(database.url, (session) => session.query("create table marked as select 1 as here"));
}

function isMarked(database: Database): Promise<boolean> {
  return withSession(database.url, async (session) => {
    const [row] = await session.query<{ marked: boolean }>("select to_regclass('marked') is not null as marked");
    return row?.marked ?? false;
  });
}

/** Kills the server as a crash does, and returns when it has ended. */
async function crash(home: Home): Promise<void> {
  const pid = await home.pid();
  if (pid === undefined) throw new Error("no server");
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => expect(await runningServer(home.cluster)).toBeUndefined(), PATIENCE);
}

test("starts one server and creates one database for 20 processes at the same time", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const all = await Promise.all(Array.from({ length: 20 }, () => answerOf(startJob({ key: KEY, home: home.folder }))));
  expect(all.filter(({ origin }) => origin === "created")).toHaveLength(1);
  expect(new Set(all.map(({ url }) => url)).size).toBe(1);
  expect(await isMarked(all[0] as Database)).toBe(false);
  expect((await readdir(home.cluster.folder)).toSorted()).toEqual(["data", "log", "password"]);
  const log = await readFile(home.cluster.log, "utf8");
  expect(log.match(/ready to accept connections/g)).toHaveLength(1);
});

test("starts after processes were killed while they started the server", async () => {
  const home = await homeForTest();
  for (const afterMs of [150, 400, 700, 1000]) {
    const job = startJob({ key: KEY, home: home.folder });
    // Awaited from before the pause, because a fast job ends during the pause.
    const exit = once(job, "exit");
    await pause(afterMs);
    job.kill("SIGKILL");
    await exit;
  }
  const { origin, url } = await acquired(home.provider(), KEY);
  expect(["created", "adopted"]).toContain(origin);
  expect(await withSession(url, (session) => session.query("select 1 as one"))).toEqual([{ one: 1 }]);
  expect((await readdir(home.cluster.folder)).filter((file) => file.startsWith("data."))).toEqual([]);
});

test("stops the server with the last release, and the next run starts it again with its bases", async () => {
  const home = await homeForTest();
  const fingerprint = "b".repeat(64);
  const [first, second] = [await acquired(home.provider(), KEY), await acquired(home.provider(), "other")];
  await mark(first);
  expect(await first.keepAsBase?.(fingerprint, async () => true, new AbortController().signal)).toBe(true);
  await home.provider().release(second.name, listening());
  expect(await home.pid()).toBeDefined();
  await home.provider().release(first.name, listening());
  expect(await home.pid()).toBeUndefined();
  expect(await home.provider().find(NAME, listening())).toBeUndefined();
  expect(await home.provider().list(listening())).toMatchObject([{ kind: "base", id: expect.stringContaining("stopped/") }]);
  expect(await home.provider().release(first.name, listening())).toBe("not-found");
  expect(await home.pid()).toBeUndefined();
  const again = await acquired(home.provider(), KEY, { fingerprint });
  expect(again.origin).toBe("created");
  expect(await isMarked(again)).toBe(true);
});

test("never gives a stopping server to jobs that acquire and release at the same time", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const visit = async (key: string): Promise<void> => {
    for (let round = 0; round < 6; round += 1) {
      const database = await acquired(home.provider(), key);
      await withSession(database.url, (session) => session.query("select 1"));
      await home.provider().release(database.name, listening());
    }
  };
  await Promise.all(["one", "two", "three"].map(visit));
  await vi.waitFor(async () => expect(await home.pid()).toBeUndefined(), PATIENCE);
});

test("starts a killed server again with its databases and on the same port", async () => {
  const home = await homeForTest();
  const before = await acquired(home.provider(), KEY);
  await mark(before);
  await crash(home);
  const after = await acquired(home.provider(), KEY);
  expect(after).toMatchObject({ origin: "adopted", url: before.url });
  expect(await isMarked(after)).toBe(true);
  await crash(home);
  expect(await home.provider().release(NAME, listening())).toBe("deleted");
});

test("starts with a stale pid file that has the process id of another process", async () => {
  const home = await homeForTest();
  await mark(await acquired(home.provider(), KEY));
  await crash(home);
  const file = join(home.cluster.data, "postmaster.pid");
  const [, ...lines] = (await readFile(file, "utf8")).split("\n");
  for (const pid of [process.pid, 1]) {
    await writeFile(file, [pid, ...lines].join("\n"));
    expect(await home.provider().find(NAME, listening())).toBeUndefined();
    expect(await isMarked(await acquired(home.provider(), KEY))).toBe(true);
    await crash(home);
  }
});

test("sets a damaged data directory aside, reports it, and makes a new one", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const damage: readonly (() => Promise<void>)[] = [
    () => rm(join(home.cluster.data, "global"), { recursive: true }),
    () => rm(join(home.cluster.data, "PG_VERSION")),
    () => rm(home.cluster.password),
  ];
  for (const harm of damage) {
    await mark(await acquired(home.provider(), KEY));
    await crash(home);
    await harm();
    const limits = listening();
    const fresh = await home.provider().acquire(wantedBy(KEY), limits);
    expect(fresh).toMatchObject({ origin: "created" });
    expect(limits.events).toContainEqual({ kind: "warning", text: expect.stringContaining("set aside") });
    expect(await isMarked(fresh as Database)).toBe(false);
  }
  expect((await stat(`${home.cluster.data}.damaged`)).isDirectory()).toBe(true);
});

test.each([
  ["the password is a folder", (cluster: Cluster) => cluster.password, (path: string) => mkdir(path)],
  ["the password is a pipe", (cluster: Cluster) => cluster.password, (path: string) => promisify(execFile)("mkfifo", [path])],
  [
    "the password has 3 GiB",
    (cluster: Cluster) => cluster.password,
    (path: string) => writeFile(path, "").then(() => truncate(path, 3 * 2 ** 30)),
  ],
  ["the log is a pipe", (cluster: Cluster) => cluster.log, (path: string) => promisify(execFile)("mkfifo", [path])],
  ["the log is a folder", (cluster: Cluster) => cluster.log, (path: string) => mkdir(path)],
  ["the list of databases is a folder", (cluster: Cluster) => cluster.stored, (path: string) => mkdir(path)],
])("starts where %s", async (_, pathOf, make) => {
  const home = await homeForTest();
  await acquired(home.provider(), KEY);
  await crash(home);
  await rm(pathOf(home.cluster), { force: true });
  await make(pathOf(home.cluster));
  expect(await home.provider().list(listening())).toBeDefined();
  await acquired(home.provider(), KEY);
  await home.provider().list(listening());
});

test("replaces a running server when its password is lost", async () => {
  const home = await homeForTest();
  await acquired(home.provider(), KEY);
  const pid = await home.pid();
  await writeFile(home.cluster.password, "another");
  expect(await acquired(home.provider(), KEY)).toMatchObject({ origin: "created" });
  expect(await home.pid()).not.toBe(pid);
});

test("drops expired databases and unused bases when the next run acquires a database", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const old = await acquired(home.provider(), "old");
  // A copy has a time limit, so a busy machine needs more than one try.
  await expect.poll(() => old.keepAsBase?.("c".repeat(64), async () => true, new AbortController().signal), { timeout: 60_000 }).toBe(true);
  const young = await acquired(home.provider(), "young");
  expect((await home.provider().list(listening())).map(({ kind }) => kind).join()).toBe("base,run,run");
  const expired = formatComment({ ...old.tag, expires: "2026-01-01T00:00:00Z" });
  await withSession(young.url, (session) => session.query(commentOn(toDatabase(old.name), expired)));
  await acquired(home.provider({ baseTtlMs: 1 }), KEY);
  const names = (await home.provider().list(listening())).map((listed) => listed.tag?.run ?? listed.name);
  expect(new Set(names)).toEqual(new Set([KEY, "young"]));
  expect(await home.provider().find(young.name, listening())).toBeDefined();
});

test("drops the unfinished database of a killed creator, and keeps that of a running one", async () => {
  const home = await homeForTest();
  await acquired(home.provider(), KEY);
  const server = await runningServer(home.cluster);
  const [left, living] = [scratchName(), scratchName()];
  await withSession(server?.url ?? "", async (session) => {
    const unfinished = async (): Promise<readonly string[]> =>
      (await home.provider().list(listening())).map(({ name }) => name).filter(isScratch);
    await tryLock(session, lockOf(living));
    for (const name of [left, living]) await session.query(`create database ${name}`);
    // The idle reaper, which looks from time to time, may have dropped the other one by now.
    expect(await unfinished()).toContain(living);
    await acquired(home.provider(), "next");
    expect(await unfinished()).toEqual([living]);
  });
});

test("keeps the password in a private file, and listens on loopback only", async () => {
  const home = await homeForTest();
  const { url } = await acquired(home.provider(), KEY);
  expect((await stat(home.cluster.password)).mode & 0o777).toBe(0o600);
  expect(decodeURIComponent(new URL(url).password).length).toBeGreaterThanOrEqual(24);
  const settings = await withSession(url, (session) =>
    session.query("select current_setting('listen_addresses') as listen, current_setting('unix_socket_directories') as sockets"),
  );
  expect(settings).toEqual([{ listen: "127.0.0.1", sockets: "" }]);
  const withWrongPassword = url.replace(/:[^:@]+@/, ":wrong@");
  await expect(withSession(withWrongPassword, (session) => session.query("select 1"))).rejects.toMatchObject({ code: "28P01" });
});

test("refuses a major that is not installed, with the command to install it", async () => {
  const home = await homeForTest();
  const answer = await home.provider({ major: 12 }).acquire(wantedBy(KEY), listening());
  expect(answer).toMatchObject({ kind: "refusal", code: "no-binaries", mayFallBack: true, remedy: expect.stringContaining("npm install") });
});

test("a server that something else stopped is not taken for an empty one: down looks, and list says so", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const { name } = await acquired(home.provider(), KEY);
  // A restart of the machine stops it like this.
  process.kill((await home.pid()) ?? 0, "SIGINT");
  await expect.poll(() => home.pid(), { timeout: 20_000 }).toBeUndefined();
  const limits = listening();
  expect(await home.provider().list(limits)).toEqual([]);
  expect(limits.events).toEqual([expect.objectContaining({ kind: "warning", text: expect.stringContaining("not known and not shown") })]);
  expect(await home.provider().release(name, listening())).toBe("deleted");
});
