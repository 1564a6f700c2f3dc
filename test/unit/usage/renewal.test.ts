import { expect, test } from "vitest";
import type { Event } from "../../../src/events.ts";
import type { Database } from "../../../src/providers/provider.ts";
import { type RenewalOptions, renewWhileUsed } from "../../../src/usage/renewal.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A clock that passes only in `advance`. */
function virtualClock() {
  let now = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    nowMs: () => now,
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener("abort", wake);
          resolve();
        };
        sleepers.push({ at: now + ms, wake });
        signal.addEventListener("abort", wake);
        if (signal.aborted) wake();
      }),
    async advance(ms: number) {
      const end = now + ms;
      for (await settle(); ; await settle()) {
        const next = sleepers.toSorted((one, other) => one.at - other.at)[0];
        if (next === undefined || next.at > end) break;
        sleepers.splice(sleepers.indexOf(next), 1);
        now = next.at;
        next.wake();
      }
      now = end;
    },
  };
}

function scene(more: Partial<RenewalOptions> & { readonly renew?: Database["renew"] } = {}) {
  const clock = virtualClock();
  const calls: { readonly atMs: number; readonly ttlMs: number }[] = [];
  const events: Event[] = [];
  const database = {
    name: "offshoot/acme/shop/run-1",
    expiresAt: new Date("2026-01-01T00:00:00Z"),
    renew: async (ttlMs: number, signal: AbortSignal) => {
      calls.push({ atMs: clock.nowMs(), ttlMs });
      return more.renew === undefined ? new Date("2026-01-01T02:00:00Z") : more.renew(ttlMs, signal);
    },
  } as unknown as Database;
  const options = { ttlMs: 2 * HOUR, limitMs: 24 * HOUR, emit: (event: Event) => void events.push(event), ...more, clock };
  const stop = renewWhileUsed(database, options);
  const warnings = (): readonly string[] => events.flatMap((event) => (event.kind === "warning" ? [event.text] : []));
  return { calls, warnings, stop, advance: (ms: number) => clock.advance(ms) };
}

test("renews every five minutes while the database is used, and never afterwards", async () => {
  const { calls, stop, advance } = scene();
  await advance(11 * MINUTE);
  expect(calls).toEqual([
    { atMs: 5 * MINUTE, ttlMs: 2 * HOUR },
    { atMs: 10 * MINUTE, ttlMs: 2 * HOUR },
  ]);
  await stop();
  await advance(HOUR);
  expect(calls.length).toBe(2);
});

test("a short time to live is renewed at once, and to ten minutes at least", async () => {
  const { calls, stop, advance } = scene({ ttlMs: MINUTE });
  await advance(4 * MINUTE);
  expect(calls).toEqual([
    { atMs: 0, ttlMs: 10 * MINUTE },
    { atMs: 200_000, ttlMs: 10 * MINUTE },
  ]);
  await stop();
});

test("renewals end after the limit, with a warning that shows the expiry", async () => {
  const { calls, warnings, advance } = scene({ limitMs: HOUR });
  await advance(3 * HOUR);
  expect(calls.length).toBe(11);
  expect(warnings()).toEqual([expect.stringMatching(/for 1 h, so its expiry is not renewed any more\. It expires at 20/)]);
});

test("a failed renewal is reported once, and tried again", async () => {
  let failures = 2;
  const renew = async (): Promise<Date> => {
    failures -= 1;
    if (failures >= 0) throw new Error("the API is down");
    return new Date();
  };
  const { calls, warnings, stop, advance } = scene({ renew });
  await advance(20 * MINUTE);
  await stop();
  expect(calls.length).toBe(4);
  expect(warnings()).toEqual([expect.stringContaining("could not be renewed: the API is down. It is tried again")]);
});

test("renewals end when the database was deleted", async () => {
  const { calls, warnings, advance } = scene({ renew: async () => undefined });
  await advance(HOUR);
  expect([calls.length, warnings()]).toEqual([1, []]);
});

test("a renewal that is under way when the use ends is cancelled and reported by nobody", async () => {
  const { warnings, stop, advance } = scene({
    renew: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("cancelled")))),
  });
  await advance(6 * MINUTE);
  await stop();
  expect(warnings()).toEqual([]);
});
