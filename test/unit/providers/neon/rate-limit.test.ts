import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClock } from "../../../../mocks/neon/clock.ts";
import { admit, createRateLimit } from "../../../../mocks/neon/rate-limit.ts";
import { createRateLimiter } from "../../../../src/providers/neon/rate-limit.ts";
import { virtualDeadline } from "../../../support/neon-harness.ts";

describe("the rate limiter", () => {
  test("keeps below Neon's limits, and close to them", async () => {
    const clock = createClock({ start: 0, frozen: true });
    const rate = createRateLimiter(() => clock.now());
    const server = { ...createRateLimit(), on: true };
    const within = virtualDeadline(clock, "it", 1e9);
    for (let call = 0; call < 2000; call += 1) {
      const route = call % 3 === 0 ? "GET branches" : "DELETE branch";
      await rate.take(route, within);
      expect(admit(server, clock, route)).toBeUndefined();
    }
    // 2,000 calls are 700 and 700 in two full minutes, and the rest in seconds.
    expect(clock.now()).toBeLessThan(1.1 * (120_000 + (600 / 40) * 1000));
  });

  test("stops every call for as long as Neon asks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30_000 }), async (ms) => {
        const clock = createClock({ start: 0, frozen: true });
        const rate = createRateLimiter(() => clock.now());
        rate.pauseAll(ms);
        await rate.take("GET branches", virtualDeadline(clock, "it", 1e9));
        expect(clock.now()).toBeGreaterThanOrEqual(ms);
      }),
      { numRuns: 50 },
    );
  });
});
