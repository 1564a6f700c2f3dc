import type { GateTimings } from "./request.ts";

/** Milliseconds that follow from the timings: who must be silent, dead or gone by when. */
export interface Pace {
  /** From SIGTERM to SIGKILL for a command that nobody leads any more. */
  readonly hastyMs: number;
  /** The guard ends the command when no heartbeat succeeded for so long: dead before the lease is over. */
  readonly quietMs: number;
  /** A successor waits so long after a leader's death: that leader's guard is through then. */
  readonly settleMs: number;
  /** For one statement on the lock's session. */
  readonly statementMs: number;
  /** From SIGTERM to SIGKILL when the caller cancels. */
  readonly graceMs: number;
}

/** Margin for a machine that is slow to wake the guard. */
const SLACK_MS = 1000;

/** What follows from the timings. Leases below some three seconds leave little margin, whatever is done here. */
export function paceOf(timings: GateTimings): Pace {
  const { leaseMs } = timings;
  const hastyMs = Math.min(500, leaseMs / 5);
  const quietMs = Math.max(leaseMs / 2, leaseMs - hastyMs - Math.max(SLACK_MS, leaseMs / 10));
  return {
    hastyMs,
    quietMs,
    settleMs: hastyMs + SLACK_MS,
    statementMs: quietMs,
    graceMs: Math.min(timings.graceMs, quietMs),
  };
}
