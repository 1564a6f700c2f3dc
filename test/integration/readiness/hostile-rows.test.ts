// @module-tag proof
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deadline } from "../../../src/deadline.ts";
import { connect } from "../../../src/postgres/connect.ts";
import { ensureTables } from "../../../src/readiness/marker.ts";
import { migrateOnce } from "../../../src/readiness/readiness.ts";
import { databaseIdentity } from "../../../src/readiness/snapshot.ts";
import { readWaiters, recordWaiters } from "../../../src/readiness/waiting-list.ts";
import { isBeingDeleted } from "../../../src/usage/deletion-marker.ts";
import { withSession } from "../../support/session.ts";
import { openScene, type Scene } from "./scene.ts";

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  await withSession(scene.url, (session) => ensureTables(session, deadline("a test", 10_000)));
});
afterEach(() => scene.drop());

const OWNER = `'{"host":"h","pid":1,"leaseMs":15000}'`;

/** A row with valid values, except for those in `changes`. */
const insert = (changes: Readonly<Record<string, string>>): Promise<unknown> => {
  const valid = { database_id: "'x'", run: "'r'", fingerprint: "'f'", state: "'ready'", attempt: "1", epoch: "1", owner: OWNER };
  const row = { ...valid, started_at: "now()", beat_at: "now()", ...changes };
  return scene.query(`insert into offshoot.readiness (${Object.keys(row).join()}) values (${Object.values(row).join()})`);
};

const migrate = (): Promise<unknown> => migrateOnce(scene.request({ kind: "argv", argv: ["true"] }));

describe("a row or a table that offshoot did not write is an expected error, and no migration starts", () => {
  test.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ["an owner that is null", { owner: "'null'" }, "owner"],
    ["an owner that is a number", { owner: "'7'" }, "owner"],
    ["an owner with other types", { owner: `'{"host":7,"pid":"x","leaseMs":[]}'` }, "owner"],
    ["a lease of years", { owner: `'{"host":"h","pid":1,"leaseMs":1e15}'` }, "owner"],
    ["an owner of 10 MB", { owner: `jsonb_build_object('host', repeat('x', 10000000), 'pid', 1, 'leaseMs', 1)` }, "owner"],
    ["a deep owner", { owner: `(repeat('[', 6000) || repeat(']', 6000))::jsonb` }, "owner"],
    [
      "a run of 10 MB of random text",
      { run: "(select string_agg(md5(i::text), '') from generate_series(1, 60) i) || repeat('x', 10000)" },
      "run",
    ],
    ["an endless time", { beat_at: "'infinity'" }, "beatAt"],
    ["a time after the last of JavaScript", { started_at: "'294000-01-01'" }, "startedAt"],
    ["the last epoch", { epoch: "2147483647" }, "epoch"],
    ["a negative epoch", { epoch: "-1" }, "epoch"],
  ])("%s", async (_what, changes, column) => {
    await insert(changes);
    await expect(migrate()).rejects.toMatchObject({
      code: "NOT_OURS",
      message: `The table offshoot.readiness contains data that offshoot did not write: a row has a wrong value of ${column}.`,
      remedy: expect.stringContaining("drop schema offshoot cascade"),
    });
    expect(await scene.query("select 1 from offshoot.readiness")).toHaveLength(1);
  });

  test("columns of other types", async () => {
    await scene.query("alter table offshoot.readiness alter beat_at type text, alter epoch type text");
    await insert({ beat_at: "'soon'", epoch: "'many'" });
    await expect(migrate()).rejects.toMatchObject({ code: "NOT_OURS" });
  });

  test("missing columns, and more rows than any database has", async () => {
    await scene.query("alter table offshoot.readiness drop error");
    await expect(migrate()).rejects.toMatchObject({ code: "NOT_OURS" });
    await scene.query("alter table offshoot.readiness add error jsonb");
    await insert({});
    await scene.query(`insert into offshoot.readiness (database_id, run, fingerprint, state, attempt, epoch, owner, started_at, beat_at)
      select 'x', i::text, 'f', 'ready', 1, 1, ${OWNER}, now(), now() from generate_series(1, 10001) i`);
    await expect(migrate()).rejects.toMatchObject({ code: "NOT_OURS", message: expect.stringContaining("more than 10000 rows") });
  });
});

test.each([`'7'`, `'{"code":7}'`, `jsonb_build_object('code', 'X', 'message', repeat('x', 10000000))`])(
  "a failure with the record %s is a failure all the same",
  async (error) => {
    const { database } = await withSession(scene.url, databaseIdentity);
    const own = { database_id: `'${database}'`, run: "'run-1'", fingerprint: `'${"a".repeat(64)}'`, invocation: "'100'" };
    await insert({ ...own, state: "'failed'", finished_at: "now()", error });
    await expect(migrate()).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringContaining("the record of its error cannot be read"),
    });
  },
);

test("rows of the waiting list that offshoot did not write do not count, and neither does a table of others", async () => {
  const waiter = (id: string, owner: string, expires: string): Promise<unknown> =>
    scene.query(`insert into offshoot.waiters values ('${id}', 'd', ${owner}, 1, now(), ${expires})`);
  await waiter("1", "'null'", "now() + interval '5 s'");
  await waiter("2", `jsonb_build_object('host', repeat('x', 10000000), 'pid', 1)`, "now() + interval '5 s'");
  await waiter("3", `'{"host":"h","pid":1}'`, "'infinity'");
  await withSession(scene.url, async (session) => {
    const own = { host: "h", pid: 2 };
    await recordWaiters(session, { id: "4", database: "d", owner: own, count: 3 });
    expect(await readWaiters(session, "d")).toEqual([{ owner: own, count: 3, since: expect.any(Date) as unknown }]);
    await session.query("drop table offshoot.waiters; create view offshoot.waiters as select 1 as owner");
    await recordWaiters(session, { id: "4", database: "d", owner: own, count: 3 });
    expect(await readWaiters(session, "d")).toEqual([]);
  });
});

const isListed = (): Promise<boolean> => Promise.resolve(true);

test("a deletion marker that is a view is an expected error", async () => {
  await scene.query("create view offshoot.deletion as select 1");
  const session = await connect(scene.url);
  try {
    await expect(isBeingDeleted(session, deadline("a test", 600), isListed)).rejects.toMatchObject({
      code: "NOT_OURS",
      message: expect.stringContaining("offshoot.deletion"),
    });
  } finally {
    await session.close();
  }
});

test.each([
  "delete from offshoot.readiness",
  "update offshoot.readiness set epoch = epoch + 1",
  "update offshoot.readiness set state = 'ready'",
])("a migration that runs `%s` is ended once, and the error names the cause", async (sql) => {
  const script = `psql --no-psqlrc --quiet "$DATABASE_URL" --command "${sql}" && sleep 20`;
  const request = scene.request({ kind: "shell", text: script });
  await expect(migrateOnce(request)).rejects.toMatchObject({
    code: "LEADERSHIP_LOST",
    message: "The row of offshoot in offshoot.readiness was changed or deleted while the migrations ran.",
    remedy: expect.stringContaining("Exclude the schema `offshoot`"),
  });
});
