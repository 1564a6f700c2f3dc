import * as fc from "fast-check";
import { expect, test } from "vitest";
import { paceOf } from "../../../src/readiness/pace.ts";

test("a command that is left alone is dead before the lease is over, and before its successor starts", () => {
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 600_000 }), fc.integer({ min: 0, max: 60_000 }), (leaseMs, graceMs) => {
      const pace = paceOf({ withinMs: 1, leaseMs, heartbeatMs: 1000, pollMs: 250, graceMs });
      expect(pace.quietMs + pace.hastyMs).toBeLessThan(leaseMs);
      expect(pace.settleMs).toBeGreaterThan(pace.hastyMs);
      expect(pace.graceMs).toBeLessThan(leaseMs);
      expect(pace.statementMs).toBeLessThan(leaseMs);
    }),
  );
});

test("by default a successor of a dead leader waits one and a half seconds", () => {
  const pace = paceOf({ withinMs: 1, leaseMs: 15_000, heartbeatMs: 1000, pollMs: 250, graceMs: 10_000 });
  expect(pace).toEqual({ hastyMs: 500, quietMs: 13_000, settleMs: 1500, statementMs: 13_000, graceMs: 10_000 });
});
