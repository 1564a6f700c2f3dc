import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { directUrl } from "../../../src/postgres/url.ts";
import { latenciesOf } from "../../../src/rehearsal/traffic/latency.ts";
import { trafficBeside } from "../../../src/rehearsal/traffic/beside.ts";
import { knownNames } from "../../../src/rehearsal/sql/known-names.ts";
import { measuredTraffic } from "../../../src/rehearsal/traffic/measured.ts";
import { parseTraffic } from "../../../src/rehearsal/traffic/parse.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

const run = promisify(execFile);
const HOLD_S = 1.5;

/** The example of the page. */
const page = await readFile(new URL("../../../docs/rehearsal.md", import.meta.url), "utf8");
const [, EXAMPLE = ""] = /<!-- traffic -->\n```yaml\n([^]*?)```/.exec(page) ?? [];

let url: string;
beforeAll(async () => {
  url = await newDatabase("traffic");
  await withSession(url, (session) =>
    session.query(
      "create table orders (id int primary key, state text not null, total int); insert into orders select g, 'new', g from generate_series(1, 1000) g",
    ),
  );
});

/** `pgbench`, the judge: one client reads the table again and again, and logs the time of each transaction. */
async function judge(): Promise<() => Promise<number>> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-judge-"));
  await writeFile(join(folder, "read.sql"), "select 1 from orders where id = 1;\n\\sleep 5 ms\n");
  const args = ["--no-vacuum", "--file", "read.sql", "--time", "9", "--client", "1", "--log", "--log-prefix", "judged", url];
  const ended = run("pgbench", args, { cwd: folder });
  return async () => {
    await ended;
    const logs = (await readdir(folder)).filter((name) => name.startsWith("judged"));
    const lines = (await Promise.all(logs.map((name) => readFile(join(folder, name), "utf8")))).join("").trim().split("\n");
    await rm(folder, { recursive: true });
    // The third field is the time of the transaction in microseconds, with its pause of 5 ms (PostgreSQL documentation, "pgbench").
    return Math.max(...lines.map((line) => Number(line.split(" ")[2]) / 1000 - 5));
  };
}

const beside = <T>(text: string, work: () => Promise<T>): ReturnType<typeof trafficBeside<T>> =>
  trafficBeside(
    parseTraffic(text, "traffic.yaml"),
    { url: directUrl(url), random: Math.random, signal: AbortSignal.timeout(60_000) },
    work,
  );

const sessionsLeft = (): Promise<unknown[]> =>
  withSession(url, (session) => session.query("select 1 from pg_stat_activity where application_name = 'offshoot:traffic'"));

test("the example of the page measures the wait that pgbench measures too", { tags: "proof", timeout: 60_000 }, async () => {
  const judged = await judge();
  const { collections } = await beside(EXAMPLE, () =>
    run("psql", [
      "--no-psqlrc",
      "--quiet",
      url,
      "--command",
      `begin; lock table orders in access exclusive mode; select pg_sleep(${HOLD_S}); commit`,
    ]),
  );
  const { before, during, after } = latenciesOf(collections);
  const realMs = await judged();
  expect({ realMs, near: Math.abs(during.longestWaitMs - realMs) <= Math.max(200, realMs * 0.15), during }).toMatchObject({ near: true });
  expect(during.longestWaitMs).toBeGreaterThan(HOLD_S * 900);
  expect(before.maxMs).toBeLessThan(HOLD_S * 900);
  expect(Math.min(before.count, during.count, after.count)).toBeGreaterThan(0);
  expect([before.errors, during.errors, after.errors]).toEqual([0, 0, 0]);
  // Four sessions waited for about a second and a half, and 40 statements were due in each second.
  expect(during.notSent).toBeGreaterThan(20);
  expect(await sessionsLeft()).toEqual([]);
});

const file = (statements: string): string => `version: 1\nrate: 50\nsessions: 2\nbefore: 300ms\nafter: 300ms\nstatements:\n${statements}`;

test("a statement that fails already before the migration is reported with its line, and nothing runs", async () => {
  let hasRun = false;
  const work = async (): Promise<void> => void (hasRun = true);
  const text = file(
    "  - sql: select 1 from orders\n  - sql: select nothing from orders\n  - sql: delete from orders where id = $1\n    values: [abc]\n",
  );
  const failure = await beside(text, work).catch((thrown: unknown) => thrown);
  expect((failure as Error).message.split("\n")).toEqual([
    'traffic.yaml:8: the statement fails in the copy before any migration: column "nothing" does not exist',
    'traffic.yaml:9: the statement fails in the copy before any migration: invalid input syntax for type integer: "…"',
  ]);
  expect(hasRun).toBe(false);
});

test("values from a query without rows, and a query that writes, are refused", async () => {
  const text = file(
    "  - sql: select $1\n    values:\n      - query: select id from orders where id < 0\n  - sql: select $1\n    values:\n      - query: delete from orders returning id\n",
  );
  await expect(beside(text, async () => {})).rejects.toThrow(
    /traffic\.yaml:9: the query returns no row in the copy[^]*traffic\.yaml:12: the query of values must be a select/,
  );
  expect(await withSession(url, (session) => session.query("select count(*)::int as count from orders"))).toEqual([{ count: 1000 }]);
});

test("trying the statements changes nothing", async () => {
  const text = file("  - sql: delete from orders\n  - sql: nonsense from orders\n").replace("nonsense", "select wrong");
  await expect(beside(text, async () => {})).rejects.toThrow("traffic.yaml:8");
  expect(await withSession(url, (session) => session.query("select count(*)::int as count from orders"))).toEqual([{ count: 1000 }]);
});

test("statements that fail only since the migration are counted with their causes, without values", async () => {
  const text = file("  - sql: select total from orders where state = $1\n    values: [secret-4711]\n");
  const { collections } = await beside(text, () => withSession(url, (session) => session.query("alter table orders rename total to sum")));
  onTestFinished(async () => void (await withSession(url, (session) => session.query("alter table orders rename sum to total"))));
  const { before, after } = latenciesOf(collections);
  expect(before).toMatchObject({ errors: 0 });
  expect(after).toMatchObject({ count: 0, causes: ['column "total" does not exist (SQLSTATE 42703)'] });
  expect(JSON.stringify(latenciesOf(collections))).not.toContain("4711");
});

test("a parameter that names an existing table is in no error, wherever it comes from", async () => {
  await withSession(url, (session) => session.query("create table private_names (name text); insert into private_names values ('orders')"));
  const text = file(
    "  - sql: select $1::text::regclass::text\n    values: [public.orders]\n  - sql: select $1::text::regclass::text\n    values:\n      - query: select name from private_names\n",
  );
  const rename = (from: string, to: string) => () => withSession(url, (session) => session.query(`alter table ${from} rename to ${to}`));
  onTestFinished(async () => void (await rename("moved", "orders")()));
  const traffic = parseTraffic(text, "traffic.yaml");
  const { collections, isParameter } = await beside(text, rename("orders", "moved"));
  const known = knownNames(["public", "orders", "moved"]);
  const met = measuredTraffic(traffic, collections, { ok: true, errors: [], measured: { ms: 1, tables: [] } }, known, isParameter);
  expect(met.statements.map(({ after }) => after.causes)).toEqual([
    ['relation "…" does not exist (SQLSTATE 42P01)'],
    ['relation "…" does not exist (SQLSTATE 42P01)'],
  ]);
});

test("a session that waits for ever is ended, and its wait is reported", { timeout: 30_000 }, async () => {
  const text = file("  - sql: select 1 from orders\n");
  await withSession(url, async (session) => {
    const { collections } = await beside(text, () => session.query("begin; lock table orders in access exclusive mode"));
    const { during, after } = latenciesOf(collections);
    expect(Math.max(during.longestWaitMs, after.longestWaitMs)).toBeGreaterThan(250);
    expect(during.errors + after.errors).toBe(0);
    await session.query("rollback");
  });
  expect(await sessionsLeft()).toEqual([]);
});

test("a session that the migration ends is opened again", async () => {
  const text = file("  - sql: select 1 from orders\n").replace("after: 300ms", "after: 1s");
  const { collections } = await beside(text, () =>
    withSession(url, (session) =>
      session.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'offshoot:traffic'"),
    ),
  );
  expect(latenciesOf(collections).after.count).toBeGreaterThan(10);
});

test("the statement_timeout of the application ends its statements, as it does there", async () => {
  const text = file("  - sql: select 1 from orders\n").replace("before: 300ms", "before: 300ms\ntimeout: 200ms");
  const { collections } = await beside(text, () =>
    withSession(url, (session) => session.query("begin; lock table orders in access exclusive mode; select pg_sleep(0.8); commit")),
  );
  const { during } = latenciesOf(collections);
  expect(during.causes).toEqual(["canceling statement due to statement timeout (SQLSTATE 57014)"]);
  expect(during.longestWaitMs).toBeGreaterThan(190);
});
