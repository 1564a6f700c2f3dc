import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { directUrl } from "../../../src/postgres/url.ts";
import { brokerEnvironment } from "../../../src/readiness/fence.ts";
import { measure } from "../../../src/rehearsal/measure/measure.ts";
import type { Measured, MeasuredTable } from "../../../src/rehearsal/measured.ts";
import { observe } from "../../../src/rehearsal/observe/observe.ts";
import { migrationFiles } from "../../../src/rehearsal/sql/migration-files.ts";
import { newDatabase } from "../../support/new-database.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { connect, withSession } from "../../support/session.ts";
import { startWaitingClient } from "../../support/waiting-client.ts";

const run = promisify(execFile);
const ROWS = 20_000;

/**
 * A server without autovacuum: the judge looks a moment before the rehearsal, and a vacuum of the new table in between
 * creates its map of free space and its map of visible pages (32 kB).
 */
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ autovacuum: "off" });
});
afterAll(async () => {
  await server.stop();
});

let url: string;
beforeEach(async () => {
  url = await newDatabase("measured", { server: server.url });
  await withSession(url, async (session) => {
    await session.query(`create table item as select g as id, 'text ' || g as note from generate_series(1, ${ROWS}) g`);
    await session.query("alter table item add primary key (id)");
    await session.query("create index item_note on item (note)");
  });
  // In a session of its own, so that the counters of the first one have arrived.
  await withSession(url, (session) => session.query("analyze item"));
});

interface Watched extends Measured {
  readonly item: MeasuredTable | undefined;
}

/** Runs each statement with psql, through the broker or without it. */
async function watch(statements: readonly string[], useBroker = true): Promise<Watched> {
  const options = { url: directUrl(url), name: "offshoot:test", useBroker, records: undefined, signal: AbortSignal.timeout(60_000) };
  const observed = await observe(options, async (reached) => {
    const args = statements.flatMap((sql) => ["--command", sql]);
    const env = { ...process.env, PGAPPNAME: "offshoot:test" };
    await run("psql", ["--no-psqlrc", "--quiet", reached, ...args], { env: useBroker ? brokerEnvironment(env) : env });
  });
  const files = migrationFiles([]);
  const { measured } = measure(observed, { files, revisions: undefined, throughBroker: useBroker, isOwn: () => false, literals: false });
  return { ...measured, item: measured.tables.find(({ table }) => table === "public.item") };
}

/** What psql prints for a query: the judge. */
async function judge(query: string): Promise<string> {
  const { stdout } = await run("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", url, "--command", query]);
  return stdout.trim();
}

/** The rows and the long values. */
const sizeOf = async (): Promise<number> =>
  Number(await judge("select pg_relation_size('item') + pg_relation_size(reltoastrelid) from pg_class where oid = 'item'::regclass"));

test("sizes before and after, the rows that were changed, the log and the growth are those that psql shows", async () => {
  const [before, database, position] = [
    await sizeOf(),
    Number(await judge("select pg_database_size(current_database())")),
    await judge("select pg_current_wal_insert_lsn()"),
  ];
  const { item, growthBytes, logBytes, observation } = await watch([
    "update item set note = note || '!'",
    "delete from item where id <= 500",
    "insert into item select -g, 'new' from generate_series(1, 300) g",
  ]);
  expect(item).toMatchObject({
    bytes: before,
    rows: ROWS,
    rewritten: false,
    rowsUpdated: ROWS,
    rowsDeleted: 500,
    rowsInserted: 300,
    strongestLock: "ROW EXCLUSIVE",
    blockedReadsMs: 0,
    blockedWritesMs: 0,
  });
  expect(item?.bytesAfter).toBeGreaterThan(before * 1.5);
  expect(item?.bytesAfter).toBe(await sizeOf());
  expect(growthBytes).toBe(Number(await judge("select pg_database_size(current_database())")) - database);
  const written = Number(await judge(`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '${position}')`));
  // This server logs less than one in production, and the report says so.
  expect(observation.limits.join(" ")).toContain("a shorter log than a production server");
  // The judge also counts what the server logs by itself before and after the rehearsal.
  expect(logBytes).toBeGreaterThan(written * 0.9);
  expect(logBytes).toBeLessThanOrEqual(written);
});

test("an index that is built again is named, and its table is not called rewritten", async () => {
  const { item } = await watch(["reindex index item_note"]);
  expect(item).toMatchObject({ rewritten: false, indexesRewritten: ["public.item_note"], strongestLock: "SHARE" });
  expect(item?.blockedReadsMs).toBeGreaterThan(0);
});

test("long values count as a part of their table: its size, its rewrite and its locks", async () => {
  await judge("alter table item add column long text; alter table item alter column long set storage external");
  await judge("update item set long = repeat('x', 5000) where id <= 4000");
  await judge("analyze item");
  const size = await sizeOf();
  const rewritten = await watch(["vacuum full item"]);
  expect(rewritten.item).toMatchObject({ rewritten: true, bytes: size, bytesAfter: await sizeOf() });
  expect(size).toBeGreaterThan(20_000_000);
  const toast = await judge("select reltoastrelid::regclass from pg_class where oid = 'item'::regclass");
  const locked = await watch([`begin; reindex table ${toast}; select pg_sleep(0.4); commit`]);
  expect(locked.item?.blockedReadsMs).toBeGreaterThan(300);
});

test("a validation is a full scan of the table", async () => {
  await judge("alter table item add constraint positive check (id > 0) not valid");
  const { item } = await watch(["alter table item validate constraint positive"]);
  expect(item?.rowsScanned ?? 0).toBe(ROWS);
  expect(item?.fullScans).toBe(1);
});

test("temporary files are counted", async () => {
  const { temporaryBytes } = await watch(["set work_mem = '64kB'; create table sorted as select * from item order by md5(note)"]);
  expect(temporaryBytes).toBeGreaterThan(100_000);
});

test("a request that waits behind a reader is a queue, in which a client waits as long", { timeout: 30_000 }, async () => {
  const reader = await connect(url);
  await reader.query("begin; select 1 from item limit 1");
  const client = await startWaitingClient(url, "select 1 from item limit 1", "update item set note = note where id = -1");
  const watched = watch(["alter table item add column later int"]);
  await expect
    .poll(() => judge("select count(*) from pg_locks where not granted and relation = 'item'::regclass::oid"), { timeout: 20_000 })
    .not.toBe("0");
  await pause(1000);
  await reader.query("commit");
  const { item } = await watched;
  const waits = await client.stop();
  await reader.close();
  expect(item?.queuedMs).toBeGreaterThan(500);
  const difference = Math.abs((item?.blockedReadsMs ?? 0) - waits.readMs);
  expect({ difference, waits, item, near: difference <= Math.max(50, waits.readMs * 0.1) + waits.noiseMs }).toMatchObject({ near: true });
});

test("without the broker, locks are known from samples, and the report says so", async () => {
  const { item, statements, observation } = await watch(
    ["begin; alter table item add column later int; select pg_sleep(0.5); commit"],
    false,
  );
  expect(item).toMatchObject({ strongestLock: "ACCESS EXCLUSIVE" });
  expect(item?.blockedReadsMs).toBeGreaterThan(300);
  expect(statements).toEqual([]);
  expect(observation.throughBroker).toBe(false);
  expect(observation.limits.join(" ")).toContain("did not pass offshoot's broker");
});

test("the probes agree with a wait that was computed, and the report states its accuracy", async () => {
  const { observation } = await watch(["begin; lock table item in share mode; select pg_sleep(1); commit"]);
  const { probes, accuracyMs, intervalMs, limits } = observation;
  expect(probes.checked).toBeGreaterThan(0);
  expect(probes.agreed).toBe(probes.checked);
  expect(accuracyMs).toBeGreaterThan(0);
  expect(limits[0]).toContain(`at most ${Math.ceil(intervalMs.longest)} ms apart`);
  expect(limits.join(" ")).toContain(`${probes.agreed} of ${probes.checked} probes`);
});
