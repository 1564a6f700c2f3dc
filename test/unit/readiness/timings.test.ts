import * as fc from "fast-check";
import { expect, test } from "vitest";
import { limitsOf } from "../../../src/readiness/timings.ts";

test("a command without a leader has ended before the lease is over and before the next command starts", () => {
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 600_000 }), fc.integer({ min: 0, max: 60_000 }), (leaseMs, graceMs) => {
      const limits = limitsOf({ withinMs: 1, leaseMs, heartbeatMs: 1000, pollMs: 250, graceMs });
      expect(limits.silenceMs + limits.shortGraceMs).toBeLessThan(leaseMs);
      expect(limits.settleMs).toBeGreaterThan(limits.shortGraceMs);
      expect(limits.graceMs).toBeLessThan(leaseMs);
      expect(limits.statementMs).toBeLessThan(leaseMs);
    }),
  );
});

test("by default the next leader after a dead one waits one and a half seconds", () => {
  const limits = limitsOf({ withinMs: 1, leaseMs: 15_000, heartbeatMs: 1000, pollMs: 250, graceMs: 10_000 });
  expect(limits).toEqual({ shortGraceMs: 500, silenceMs: 13_000, settleMs: 1500, statementMs: 13_000, graceMs: 10_000 });
});
