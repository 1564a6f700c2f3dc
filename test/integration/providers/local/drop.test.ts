import { expect, test } from "vitest";
import { withSession } from "../../../support/session.ts";
import { dropEntry } from "../../../../src/providers/local/drop.ts";
import { startServer } from "../../../support/server.ts";

/** A slow vacuum starts within a second. */
const SLOW_VACUUM = {
  autovacuum_naptime: "1s",
  autovacuum_vacuum_threshold: 1,
  autovacuum_vacuum_scale_factor: 0,
  autovacuum_vacuum_cost_delay: "100ms",
  autovacuum_vacuum_cost_limit: 1,
};

test("drops a database as an ordinary role while a vacuum runs in it and a session is open", async () => {
  const server = await startServer(SLOW_VACUUM);
  try {
    await withSession(server.url, (admin) => admin.query("create role plain login createdb password 'test'"));
    const url = new URL(server.url);
    url.username = "plain";
    const inside = new URL(url);
    inside.pathname = "/vacuumed";
    await withSession(url.href, async (session) => {
      await session.query("create database vacuumed");
      await withSession(inside.href, (other) => other.query("create table t as select n from generate_series(1, 200000) n; delete from t"));
      const workers = "select from pg_stat_activity where datname = 'vacuumed' and backend_type = 'autovacuum worker'";
      await withSession(server.url, async (admin) => {
        await expect.poll(async () => (await admin.query(workers)).length, { timeout: 30_000 }).toBeGreaterThan(0);
      });
      await withSession(inside.href, async () => {
        await expect(session.query("drop database vacuumed with (force)")).rejects.toThrow("permission denied to terminate process");
        await dropEntry(session, { name: "vacuumed", isTemplate: false });
      });
      expect(await session.query("select from pg_database where datname = 'vacuumed'")).toEqual([]);
    });
  } finally {
    await server.stop();
  }
});
