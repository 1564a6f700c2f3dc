import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClock } from "../../../../mocks/neon/clock.ts";
import { admit, createRateLimit } from "../../../../mocks/neon/rate.ts";
import type { OffshootError } from "../../../../src/errors.ts";
import type { Event } from "../../../../src/events.ts";
import { callFailure } from "../../../../src/providers/neon/failure.ts";
import { createRate } from "../../../../src/providers/neon/rate.ts";
import { retrying } from "../../../../src/providers/neon/retry.ts";
import { virtualDeadline } from "../../../support/neon-stage.ts";

const failure = (status: number, headers: Record<string, string> = {}): OffshootError =>
  callFailure({ response: { status, data: { message: "no" }, headers } }, "do it", [], new Date(0));

function attempt(
  outcomes: readonly (OffshootError | "done")[],
  options: { readonly repeatable?: boolean; readonly withinMs?: number; readonly dice?: number } = {},
) {
  const clock = createClock({ start: 0, frozen: true });
  const events: Event[] = [];
  const held: number[] = [];
  const left = [...outcomes];
  const result = retrying(
    async () => {
      const next = left.length > 1 ? left.shift() : left[0];
      if (next === undefined || next === "done") return clock.now();
      throw next;
    },
    {
      within: virtualDeadline(clock, "it", options.withinMs ?? 300_000),
      emit: (event) => void events.push(event),
      random: () => options.dice ?? 1,
      repeatable: options.repeatable ?? true,
      onHold: (ms) => void held.push(ms),
    },
  );
  return { result, events, held, clock };
}

describe("retries", () => {
  test.each([423, 429, 503])("go on after %i, whatever the call", async (status) => {
    const { result, events } = attempt([failure(status), failure(status), "done"], { repeatable: false });
    await result;
    expect(events).toEqual([
      expect.objectContaining({ kind: "retry", attempt: 1, waitMs: 250 }),
      expect.objectContaining({ kind: "retry", attempt: 2, waitMs: 500 }),
    ]);
  });

  test("follow a lost reply only where twice is the same as once", async () => {
    await expect(attempt([failure(500), "done"], { repeatable: false }).result).rejects.toMatchObject({ facts: { status: 500 } });
    await expect(attempt([failure(500), "done"], { repeatable: true }).result).resolves.toBe(250);
  });

  test("spread over the whole wait", async () => {
    await expect(attempt([failure(503), failure(503), "done"], { dice: 0 }).result).resolves.toBe(50);
    await expect(attempt([failure(503), failure(503), "done"], { dice: 0.5 }).result).resolves.toBe(375);
  });

  test("wait as long as they are asked to, and hold the other calls back too", async () => {
    const { result, held } = attempt([failure(429, { "retry-after": "7" }), "done"]);
    await expect(result).resolves.toBe(7000);
    expect(held).toEqual([7000]);
  });

  test("end within half of the time, with the last failure", async () => {
    const { result, clock } = attempt([failure(503)], { withinMs: 20_000 });
    await expect(result).rejects.toMatchObject({ facts: { status: 503 } });
    expect(clock.now()).toBeLessThanOrEqual(10_000);
  });

  test("never follow a final answer", async () => {
    const { result, events } = attempt([failure(422), "done"]);
    await expect(result).rejects.toMatchObject({ facts: { status: 422 } });
    expect(events).toEqual([]);
  });
});

describe("the rate", () => {
  test("stays under Neon's limits, and close to them", async () => {
    const clock = createClock({ start: 0, frozen: true });
    const rate = createRate(() => clock.now());
    const server = { ...createRateLimit(), on: true };
    const within = virtualDeadline(clock, "it", 1e9);
    for (let call = 0; call < 2000; call += 1) {
      const route = call % 3 === 0 ? "GET branches" : "DELETE branch";
      await rate.turn(route, within);
      expect(admit(server, clock, route)).toBeUndefined();
    }
    // 2,000 calls are 700 and 700 in two full minutes, and the rest in seconds.
    expect(clock.now()).toBeLessThan(1.1 * (120_000 + (600 / 40) * 1000));
  });

  test("is held for everybody when Neon says so", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30_000 }), async (ms) => {
        const clock = createClock({ start: 0, frozen: true });
        const rate = createRate(() => clock.now());
        rate.hold(ms);
        await rate.turn("GET branches", virtualDeadline(clock, "it", 1e9));
        expect(clock.now()).toBeGreaterThanOrEqual(ms);
      }),
      { numRuns: 50 },
    );
  });
});
