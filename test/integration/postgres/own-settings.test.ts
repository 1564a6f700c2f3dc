import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { connect as connectOwn, withSession as withOwnSession } from "../../../src/postgres/connect.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";
import { type Pooler, startPooler } from "../../support/pgbouncer.ts";
import { skipThisTest } from "../../support/require.ts";

let url: string;
let poolers: readonly (Pooler | undefined)[];

beforeAll(async () => {
  url = await newDatabase("own_settings");
  const database = new URL(url).pathname.slice(1);
  await withSession(url, async (session) => {
    await session.query("create schema evil; create function evil.now() returns text language sql as $$ select 'evil' $$");
    await session.query(`alter database ${database} set search_path = evil, pg_catalog, public`);
    for (const setting of [
      "datestyle = 'German'",
      "bytea_output = 'escape'",
      "statement_timeout = 1",
      "transaction_timeout = 500",
      "default_transaction_read_only = on",
    ]) {
      await session.query(`alter database ${database} set ${setting}`);
    }
  });
  poolers = [await startPooler(inject("serverUrl"), 1), await startPooler(inject("serverUrl"), 1, { ignore: "options" })];
});
afterAll(async () => {
  for (const pooler of poolers) await pooler?.stop();
});

const READ =
  "select now()::text ~ '^2' as now, '\\x6f'::bytea::text as bytes, current_setting('statement_timeout') as timeout, " +
  "current_setting('transaction_timeout') as transaction";
const RIGHT = [{ now: true, bytes: "\\x6f", timeout: "0", transaction: "0" }];

const SLOW = "select pg_sleep(0.02)::text as slept";

test("the settings of a database do not change what a session of offshoot reads", async () => {
  expect(await withOwnSession(url, (session) => session.query(READ))).toEqual(RIGHT);
  expect(await withOwnSession(url, (session) => session.query("create table public.written ()"))).toEqual([]);
});

test("the search path of the database is known in a session with another one", async () => {
  expect(await withOwnSession(url, (session) => session.searchPath())).toBe("evil, pg_catalog, public");
});

test("options that the URL has are kept, and ours win", async () => {
  const given = `${url}?options=${encodeURIComponent("-c search_path=evil -c application_name=mine")}`;
  const sql = "select current_setting('application_name') as name, current_setting('search_path') as path";
  expect(await withOwnSession(given, (session) => session.query(sql))).toEqual([{ name: "offshoot", path: "pg_catalog, pg_temp" }]);
});

test.each([
  ["refuses startup options", 0],
  ["ignores startup options", 1],
])("through a pooler that %s, each statement has the settings, and the pooler's next client has none of them", async (_, at) => {
  const pooler = poolers[at];
  if (pooler === undefined) return skipThisTest();
  const own = await connectOwn(pooler.urlOf(url));
  try {
    expect(await own.query(READ)).toEqual(RIGHT);
    expect(await own.query(`${READ} where $1::int = 1`, [1])).toEqual(RIGHT);
    await expect(own.query("select 1 / 0")).rejects.toThrow("division by zero");
    expect(await own.query(READ)).toEqual(RIGHT);
    // Also where the transactions of the database are read-only.
    expect(await own.query(`create table public.written_${at} ()`)).toEqual([]);
    // The pool has one session of the server, so this client gets the same one.
    const [row] = await withSession(pooler.urlOf(url), (session) => session.query("show search_path"));
    expect(row).toEqual({ search_path: "evil, pg_catalog, public" });
  } finally {
    await own.close();
  }
});

// One millisecond ends some of the first statements, on a busy machine most of them.
test.each([
  ["through a pooler that ignores startup options", "statement_timeout"],
  ["directly", "transaction_timeout"],
])("%s, a session opens although the database has a %s of one millisecond", async (way, setting) => {
  const limited = await newDatabase("short_limit");
  const pooler = way === "directly" ? undefined : poolers[1];
  if (way !== "directly" && pooler === undefined) return skipThisTest();
  await withSession(limited, (session) => session.query(`alter database ${new URL(limited).pathname.slice(1)} set ${setting} = 1`));
  // They wait for each other in the pooler, which has one session of the server: on a busy machine for longer than a login may take.
  const opened = Array.from({ length: 40 }, () =>
    withOwnSession(pooler?.urlOf(limited) ?? limited, (session) => session.query(SLOW), { connectMs: 60_000 }),
  );
  expect(await Promise.all(opened)).toEqual(opened.map(() => [{ slept: "" }]));
});

test("a session opens, works after an error and knows the search path although the database ends sessions early", async () => {
  const early = await newDatabase("early_end");
  const name = new URL(early).pathname.slice(1);
  await withSession(early, async (session) => {
    for (const setting of ["exit_on_error = on", "idle_session_timeout = 1", "tcp_user_timeout = 1", "search_path = evil"])
      await session.query(`alter database ${name} set ${setting}`);
  });
  await withOwnSession(early, async (session) => {
    await expect(session.query("select 1 / 0")).rejects.toThrow("division by zero");
    expect(await session.query(SLOW)).toEqual([{ slept: "" }]);
    expect(await session.searchPath()).toBe("evil");
  });
});

// Login event triggers exist since PostgreSQL 17.
test.each([
  ["some settings", "set bytea_output = escape; set datestyle = german; set statement_timeout = 1234; set exit_on_error = on"],
  ["also the search path", "set search_path = evil, pg_catalog, public; set bytea_output = escape; set statement_timeout = 1234"],
])("a login event trigger of the database that changes %s changes no session of offshoot", async (_, settings) => {
  const triggered = await newDatabase("login_trigger");
  await withSession(triggered, (session) =>
    session.query(`create schema evil; create function evil.now() returns text language sql as $$ select 'evil' $$;
      create function evil.login() returns event_trigger language plpgsql as $$ begin ${settings}; end $$;
      create event trigger login on login execute function evil.login()`),
  );
  await withOwnSession(triggered, async (session) => {
    expect(await session.query(READ)).toEqual(RIGHT);
    // A pooler would have been reported as the reason, and refused where databases are created.
    expect(session.isPooled).toBeUndefined();
    await expect(session.query("select 1 / 0")).rejects.toThrow("division by zero");
    expect(await session.query(READ)).toEqual(RIGHT);
  });
});
