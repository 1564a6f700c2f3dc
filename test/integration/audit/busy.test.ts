// @module-tag proof
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { connect, type Session, withSession } from "../../support/session.ts";
import { directUrl } from "../../../src/postgres/url.ts";
import { auditAndReport } from "../../../src/commands/audit.ts";
import { type Context, prepare } from "../../../src/context/context.ts";
import { withReadSession } from "../../../src/context/read-session.ts";
import { retryWhileSchemaChanges } from "../../../src/context/read-session.ts";
import { newDatabase } from "../../support/new-database.ts";

let context: Context;

beforeAll(async () => {
  context = await prepare({
    cwd: import.meta.dirname,
    env: { PATH: process.env["PATH"] },
    settings: { run: "busy", provider: "existing" },
  });
});

async function makeDatabase(schema: string): Promise<ReturnType<typeof directUrl>> {
  const url = directUrl(await newDatabase("busy"));
  await withSession(url, (session) => session.query(schema));
  return url;
}

/** What the tests of other jobs do all the time: they write, and create and drop their own objects. */
async function write(session: Session): Promise<void> {
  await session.query("insert into orders (note) values ('x'), ('y')");
}

async function makeAndDrop(session: Session): Promise<void> {
  await session.query(`create table own (id serial primary key, x int check (x > 0)); insert into own (x) values (1);
    create function own_f() returns int language plpgsql as 'begin return 1; end';
    create view own_v as select id from own; create index on own (x)`);
  await pause(50 * Math.random());
  await session.query("drop table own cascade; drop function own_f()");
  await pause(50 * Math.random());
}

test("an audit at the same time as jobs that write, create and drop objects has no findings and does not disturb them", async () => {
  const url = await makeDatabase("create table orders (id bigint generated always as identity primary key, note text)");
  const over = new AbortController();
  const siblings = Promise.all(
    [write, makeAndDrop].map((work) =>
      withSession(url, async (session) => {
        while (!over.signal.aborted) await work(session);
      }),
    ),
  );
  try {
    for (const end = performance.now() + 5000; performance.now() < end;)
      expect((await auditAndReport(context, url, { spec: undefined, baseline: undefined })).findings).toEqual([]);
  } finally {
    over.abort();
    await siblings;
  }
});

test("a read waits while another session changes a table, and succeeds afterwards", async () => {
  const url = await makeDatabase("create table a (id bigint primary key); create view v as select id from a");
  const other = await connect(url);
  await other.query("begin; lock table a in access exclusive mode");
  const audit = auditAndReport(context, url, { spec: undefined, baseline: undefined });
  // The attempts end early: none waits for a lock until the server looks for deadlocks.
  const waits = (): Promise<unknown[]> =>
    other.query("select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())");
  await expect.poll(waits, { interval: 20 }).toHaveLength(1);
  await expect.poll(waits, { interval: 20 }).toHaveLength(0);
  await other.query("commit");
  await other.close();
  expect((await audit).findings).toEqual([]);
});

test("a permanent error does not cause another attempt", async () => {
  const url = await makeDatabase("create table a (id bigint primary key)");
  let attempts = 0;
  const read = withReadSession(context, url, (session) => {
    attempts += 1;
    return session.query("select 1 / 0");
  });
  await expect(read).rejects.toMatchObject({ code: "22012" });
  expect(attempts).toBe(1);
});

test("a cancelled read ends between two attempts", async () => {
  const cancel = new AbortController();
  const dropped = Object.assign(new Error("cache lookup failed for type 7"), { code: "XX000" });
  const read = retryWhileSchemaChanges(() => {
    cancel.abort();
    return Promise.reject(dropped);
  }, cancel.signal);
  await expect(read).rejects.toThrow("aborted");
});
