import { expect, test } from "vitest";
import { createHarness, requestFor, requireDatabase, START } from "../../../support/neon-harness.ts";

const HOUR = 3_600_000;
const NEVER = new AbortController().signal;

async function scene(ttlMs = 2 * HOUR) {
  const harness = await createHarness();
  const acquire = async () => requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs }), harness.limits()));
  const database = await acquire();
  const before = harness.calls().length;
  return { harness, acquire, database, calls: () => harness.calls().slice(before) };
}

test("sends nothing before half of the time to live has passed, and then a search and a PATCH", async () => {
  const { harness, database, calls } = await scene();
  for (let minute = 0; minute < 60; minute += 5) {
    expect(await database.renew?.(2 * HOUR, NEVER)).toEqual(new Date(START + 2 * HOUR));
    harness.clock.advance(300_000);
  }
  expect(calls()).toEqual([]);
  harness.clock.advance(1000);
  const until = new Date(harness.clock.now() + 2 * HOUR);
  expect(await database.renew?.(2 * HOUR, NEVER)).toEqual(until);
  expect(calls()).toEqual(["GET /branches", "PATCH /branches/{branch_id}"]);
  expect((await harness.provider().list(harness.limits()))[0]?.expiresAt).toEqual(until);
});

test("never shortens the expiry that another job has set", async () => {
  const { harness, database, acquire, calls } = await scene(600_000);
  const other = await acquire();
  harness.clock.advance(400_000);
  const until = await other.renew?.(2 * HOUR, NEVER);
  expect(await database.renew?.(600_000, NEVER)).toEqual(until);
  expect(calls().filter((call) => call.startsWith("PATCH"))).toHaveLength(1);
});

test("a branch that was deleted, also one with the same name since then, is not renewed", async () => {
  const { harness, database, acquire } = await scene(600_000);
  harness.clock.advance(400_000);
  await harness.provider().release(database.name, harness.limits());
  expect(await database.renew?.(600_000, NEVER)).toBeUndefined();
  await acquire();
  const again = await acquire();
  expect(again.id).not.toBe(database.id);
  expect(await database.renew?.(600_000, NEVER)).toBeUndefined();
});

test.each([
  ["behind", -3 * HOUR],
  ["ahead of", 3 * HOUR],
])("a clock that is three hours %s Neon's changes no expiry, and is reported once", async (word, skewMs) => {
  const harness = await createHarness();
  const wrong = { now: () => new Date(harness.clock.now() + skewMs) };
  const provider = harness.provider({ dependencies: wrong });
  const wanted = requestFor("run-1", { at: harness.clock.now() + skewMs });
  const database = requireDatabase(await provider.acquire(wanted, harness.limits()));
  expect(database.expiresAt).toEqual(new Date(START + 2 * HOUR));
  const adopted = requireDatabase(await provider.acquire(wanted, harness.limits()));
  expect(adopted.expiresAt).toEqual(new Date(START + 2 * HOUR));
  const [listed] = await provider.list(harness.limits());
  expect(listed?.expiresAt).toEqual(new Date(START + 2 * HOUR));
  expect(Math.abs((listed?.readAt?.getTime() ?? 0) - harness.clock.now())).toBeLessThan(2000);
  const warnings = harness.events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));
  expect(warnings).toEqual([expect.stringContaining(`The clock of this machine is 3 h ${word} that of Neon.`)]);
});

test("a clock that is right costs no call", async () => {
  const { harness } = await scene();
  expect(harness.calls()).not.toContain("PATCH /branches/{branch_id}");
});

test.each([40 * 24 * HOUR, -40 * 24 * HOUR])("a Date that differs by weeks (%i ms) deletes nothing early", async (skewMs) => {
  const harness = await createHarness();
  requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
  const provider = harness.provider({ dependencies: { now: () => new Date(harness.clock.now() + skewMs) } });
  const [listed] = await provider.list(harness.limits());
  expect(listed?.readAt?.getTime()).toBeLessThanOrEqual(harness.clock.now());
});
