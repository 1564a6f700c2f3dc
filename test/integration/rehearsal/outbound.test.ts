import { beforeAll, expect, onTestFinished, test } from "vitest";
import { secureCopy } from "../../../src/commands/rehearse/outbound.ts";
import { OffshootError } from "../../../src/errors.ts";
import { connect } from "../../../src/postgres/connect.ts";
import { describeOutbound, findOutbound } from "../../../src/rehearsal/outbound.ts";
import { newDatabase } from "../../support/new-database.ts";
import { withSession } from "../../support/session.ts";

let url: string;
let own: Awaited<ReturnType<typeof connect>>;
beforeAll(async () => {
  url = await newDatabase("outbound");
  own = await connect(url);
  return () => own.close();
});

const play = (sql: string): Promise<unknown> => withSession(url, (session) => session.query(sql));

const failure = async (mode: "refuse" | "disable"): Promise<OffshootError> => {
  const thrown: unknown = await secureCopy(own, mode).catch((each: unknown) => each);
  if (thrown instanceof OffshootError) return thrown;
  throw new Error("it was not refused");
};

test("an ordinary database reaches nothing", async () => {
  expect(await findOutbound(own)).toEqual([]);
  expect(await secureCopy(own, "refuse")).toEqual([]);
});

test("a foreign server gets a host that no system has", async () => {
  await play(
    "create extension postgres_fdw; create server billing foreign data wrapper postgres_fdw options (host 'billing.example.org', port '5432')",
  );
  onTestFinished(async () => void (await play("drop extension postgres_fdw cascade")));
  expect(await failure("refuse")).toMatchObject({ code: "COPY_CONNECTED", message: expect.stringContaining("foreign server billing") });
  expect(await secureCopy(own, "disable")).toEqual([{ name: "foreign server billing", state: "disabled" }]);
  const servers = await withSession(url, (session) => session.query("select srvoptions from pg_foreign_server"));
  expect(servers).toEqual([{ srvoptions: ["host=disabled.invalid", "port=5432"] }]);
});

test("a subscription that is enabled is disabled", async () => {
  // Nothing answers at this port, so the worker of the server fails until it is disabled.
  await play("create subscription feed connection 'host=127.0.0.1 port=1 dbname=x' publication p with (connect = false)");
  onTestFinished(async () => {
    await play("alter subscription feed disable");
    await play("alter subscription feed set (slot_name = none)");
    await play("drop subscription feed");
  });
  expect(await findOutbound(own)).toEqual([]);
  await play("alter subscription feed enable");
  expect((await findOutbound(own)).map(describeOutbound)).toEqual(["subscription feed"]);
  expect(await secureCopy(own, "disable")).toEqual([{ name: "subscription feed", state: "disabled" }]);
  expect(await withSession(url, (session) => session.query("select subenabled from pg_subscription where subname = 'feed'"))).toEqual([
    { subenabled: false },
  ]);
});

test("an active job of pg_cron is disabled", async () => {
  // The table of pg_cron, which is not installed here.
  await play("create schema cron; create table cron.job (jobid bigint, active boolean); insert into cron.job values (7, true), (8, false)");
  onTestFinished(async () => void (await play("drop schema cron cascade")));
  expect(await secureCopy(own, "disable")).toEqual([{ name: "scheduled job 7", state: "disabled" }]);
  expect(await withSession(url, (session) => session.query("select active from cron.job"))).toEqual([{ active: false }, { active: false }]);
});

test("an extension that opens connections cannot be disabled, so the copy is refused, unless it is allowed", async () => {
  await play("create extension dblink");
  onTestFinished(async () => void (await play("drop extension dblink")));
  const error = await failure("disable");
  expect([error.code, error.message, error.remedy]).toEqual([
    "COPY_CONNECTED",
    expect.stringContaining("extension dblink"),
    expect.stringContaining("--outbound allow"),
  ]);
  expect(await secureCopy(own, "allow")).toEqual([{ name: "extension dblink", state: "active" }]);
});
