// @module-tag proof
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type Migrated, waitUntilMigrated } from "../../../src/readiness/readiness.ts";
import type { DirectUrl } from "../../../src/postgres/url.ts";
import { countingProxy } from "../../support/counting-proxy.ts";
import { startPooler } from "../../support/pgbouncer.ts";
import { connect } from "../../support/session.ts";
import { type Job, migration, openScene, type Scene, startJob, TIMINGS } from "./scene.ts";

let scene: Scene;
let leader: Job;
beforeEach(async () => {
  scene = await openScene();
  await scene.query("create table go ()");
  leader = startJob(request());
  await scene.until(async () => (await scene.traces()).length > 0);
});
afterEach(async () => {
  leader.child.kill("SIGKILL");
  await scene.drop();
});

const request = (pollMs = 250) => scene.request(migration(0, "until-go"), { timings: { ...TIMINGS, pollMs } });
const go = (): Promise<unknown> => scene.query("insert into go default values");
/** A poll that never comes in this test, unless a notification hastens it. */
const RARELY_MS = 25_000;

/** The sessions that listen in the database: each holds the lock of its place, and the leader holds one of its own. */
async function listeners(): Promise<readonly number[]> {
  const rows = await scene.query<{ pid: number }>(
    `select l.pid from pg_locks l join pg_stat_activity a on a.pid = l.pid and a.datname = current_database()
      where l.locktype = 'advisory' and l.pid not in (select backend_pid from offshoot.readiness)`,
  );
  return rows.map(({ pid }) => pid);
}

/** Starts to wait, and returns the result, when the wait listens. */
async function listening(url: DirectUrl, pollMs = RARELY_MS): Promise<{ readonly result: Promise<Migrated> }> {
  const result = waitUntilMigrated({ ...request(pollMs), url });
  result.catch(() => {});
  await scene.until(async () => (await listeners()).length > 0);
  return { result };
}

test("a notification of the leader wakes a job that waits, long before its next poll", async () => {
  const { result } = await listening(scene.url);
  await go();
  await leader.answers;
  const readyAt = performance.now();
  expect(await result).toMatchObject({ state: "waited" });
  expect(performance.now() - readyAt).toBeLessThan(RARELY_MS / 5);
  expect(await listeners()).toEqual([]);
});

test("a job that waits polls as before when its listening session was ended", async () => {
  const { result } = await listening(scene.url, 250);
  for (const pid of await listeners()) await scene.query("select pg_terminate_backend($1)", [pid]);
  await go();
  expect(await result).toMatchObject({ state: "waited" });
});

test("notifications of others cause no more than ten polls a second, and a flood of them none", async () => {
  const proxy = await countingProxy(scene.url);
  await listening(proxy.url as DirectUrl);
  const session = await connect(scene.url);
  const secondOf = async (times: number, pauseS: number): Promise<number> => {
    proxy.take();
    await session.query(
      `do $$ begin for n in 1..${times} loop perform pg_notify('offshoot_readiness', repeat('x', 7000) || n); commit; perform pg_sleep(${pauseS}); end loop; end $$`,
    );
    return proxy.take().roundTrips;
  };
  // A poll needs two round trips, and a record of those who wait one more every two seconds.
  const some = await secondOf(15, 0.066);
  expect(some).toBeGreaterThan(5 * 2);
  expect(some).toBeLessThanOrEqual(11 * 2 + 1);
  expect(await listeners()).toHaveLength(1);
  await secondOf(2000, 0);
  await scene.until(async () => (await listeners()).length === 0);
  // A poll that had begun before can still be running: it connects, reads, and records who waits.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(await secondOf(2000, 0)).toBeLessThan(10);
  await session.close();
  await proxy.close();
});

test("at most ten processes listen in one database, and the others poll", async () => {
  const urlOf = (process: number): DirectUrl => `${scene.url}?fallback_application_name=p${process}` as DirectUrl;
  const results = Array.from({ length: 14 }, (_, at) => waitUntilMigrated({ ...request(), url: urlOf(at) }));
  await scene.until(async () => (await listeners()).length === 10);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  expect(await listeners()).toHaveLength(10);
  await go();
  expect(new Set((await Promise.all(results)).map(({ state }) => state))).toEqual(new Set(["waited"]));
});

test("no session listens through a pooler in transaction mode, also not through one that ignores our settings", async ({ skip }) => {
  const poolers = [await startPooler(inject("serverUrl"), 4), await startPooler(inject("serverUrl"), 4, { ignore: "options" })];
  if (poolers.includes(undefined)) return skip();
  const results = poolers.map((pooler) => waitUntilMigrated({ ...request(), url: (pooler?.urlOf(scene.url) ?? "") as DirectUrl }));
  await scene.until(async () => (await scene.query("select from offshoot.waiters")).length === 2);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await listeners()).toEqual([]);
  await go();
  expect((await Promise.all(results)).map(({ state }) => state)).toEqual(["waited", "waited"]);
  for (const pooler of poolers) await pooler?.stop();
});
