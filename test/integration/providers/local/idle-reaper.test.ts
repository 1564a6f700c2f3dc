// @module-tag proof
import { expect, test, vi } from "vitest";
import { withSession } from "../../../support/session.ts";
import { runningServer } from "../../../../src/providers/local/cluster/cluster.ts";
import { acquired, listening, wantedBy } from "../requests.ts";
import { type Home, homeForTest } from "./homes.ts";

const KEY = "kept";
const { name: NAME } = wantedBy(KEY);
const PATIENCE = { timeout: 30_000, interval: 100 };

async function untilStopped(home: Home): Promise<void> {
  await vi.waitFor(async () => expect(await home.pid()).toBeUndefined(), PATIENCE);
}

test("stops an idle server and can still list, use and remove its databases", async () => {
  const home = await homeForTest();
  const provider = home.provider({ idleMs: 1500 });
  await acquired(provider, KEY);
  await untilStopped(home);
  expect(await provider.find(NAME, listening())).toBeUndefined();
  expect(await provider.list(listening())).toMatchObject([{ kind: "run", tag: { run: KEY }, sessions: 0 }]);
  expect(await acquired(provider, KEY)).toMatchObject({ origin: "adopted" });
  await untilStopped(home);
  expect(await provider.release(NAME, listening())).toBe("deleted");
  expect(await provider.list(listening())).toEqual([]);
  expect(await home.pid()).toBeUndefined();
});

test("does not stop a server while a session is open", { tags: "proof" }, async () => {
  const home = await homeForTest();
  const { url } = await acquired(home.provider({ idleMs: 1000 }), KEY);
  await withSession(url, (session) => session.query("select pg_sleep(4)"));
  expect(await home.pid()).toBeDefined();
  await untilStopped(home);
});

test("drops an expired database without a command, and is the only idle reaper of its server", async () => {
  const home = await homeForTest();
  const provider = home.provider({ idleMs: 2000 });
  await acquired(provider, KEY, { ttlMs: 1000 });
  const server = await runningServer(home.cluster);
  await withSession(server?.url ?? "", async (session) => {
    const reapers = "select count(*)::int as count from pg_stat_activity where application_name = 'offshoot idle reaper'";
    await vi.waitFor(async () => expect(await session.query(reapers)).toEqual([{ count: 1 }]), PATIENCE);
    const databases = "select count(*)::int as count from pg_database where starts_with(datname, 'offshoot_')";
    await vi.waitFor(async () => expect(await session.query(databases)).toEqual([{ count: 0 }]), PATIENCE);
  });
});
