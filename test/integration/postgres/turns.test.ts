// @module-tag proof
import { expect, inject, onTestFinished, test, vi } from "vitest";
import { connect } from "../../../src/postgres/connect.ts";

test("queries of one session wait for each other without a warning of the driver, and keep their order", async () => {
  const warn = vi.spyOn(process, "emitWarning");
  onTestFinished(() => warn.mockRestore());
  const session = await connect(inject("serverUrl"));
  onTestFinished(() => session.close());
  const ended: number[] = [];
  const query = async (place: number): Promise<void> => {
    await session.query(`select pg_catalog.pg_sleep(${place === 0 ? 0.3 : 0})`);
    ended.push(place);
  };
  await Promise.all([0, 1, 2, 3, 4].map(query));
  expect(ended).toEqual([0, 1, 2, 3, 4]);
  expect(warn).not.toHaveBeenCalled();
});

test("each query has its time from the call on, also while it waits for another one", async () => {
  const warn = vi.spyOn(process, "emitWarning");
  onTestFinished(() => warn.mockRestore());
  const session = await connect(inject("serverUrl"), { queryMs: 1000 });
  onTestFinished(() => session.close());
  const startedAt = performance.now();
  const slow = session.query("select pg_catalog.pg_sleep(4)");
  const waiting = [1, 2, 3].map(() => session.query("select 1"));
  const results = await Promise.allSettled([slow, ...waiting]);
  expect(results.map((each) => each.status === "rejected" && String(each.reason))).toEqual(Array(4).fill("Error: Query read timeout"));
  expect(performance.now() - startedAt).toBeLessThan(2500);
  // The server has answered the slow query by then: the session can be used again.
  await vi.waitFor(async () => expect(await session.query("select 2 as two")).toEqual([{ two: 2 }]), { timeout: 15_000, interval: 200 });
  expect(warn).not.toHaveBeenCalled();
});
