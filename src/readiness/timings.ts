/** How long the parts of the protocol may take, in milliseconds. All jobs of a run should use the same values. */
export interface ReadinessTimings {
  /** For the whole call. */
  readonly withinMs: number;
  /** A leader without a heartbeat for this long is replaced. Its command has ended by then. Usually 15,000. */
  readonly leaseMs: number;
  /** Between two heartbeats of the leader. Usually 1,000. */
  readonly heartbeatMs: number;
  /** A waiter's pause between two snapshots. In a long wait it is twice this value. Usually 250. */
  readonly pollMs: number;
  /** From SIGTERM to SIGKILL when the caller cancels. Limited by the lease. Usually 10,000. */
  readonly graceMs: number;
}

/** Limits in milliseconds that follow from the timings. */
export interface Limits {
  /** The watchdog ends the command when no heartbeat succeeded for this long, before the lease is over. */
  readonly silenceMs: number;
  /** From SIGTERM to SIGKILL for a command whose leader lost the lead. */
  readonly shortGraceMs: number;
  /** A new leader waits this long after the death of another one: that leader's watchdog has then ended its command. */
  readonly settleMs: number;
  /** For one statement in the leader's session. */
  readonly statementMs: number;
  /** From SIGTERM to SIGKILL when the caller cancels. */
  readonly graceMs: number;
}

/** A busy machine may run the watchdog this much too late. */
const DELAY_MS = 1000;

/** Computes the limits. A lease below about three seconds leaves little time for delays. */
export function limitsOf(timings: ReadinessTimings): Limits {
  const { leaseMs } = timings;
  const shortGraceMs = Math.min(500, leaseMs / 5);
  const silenceMs = Math.max(leaseMs / 2, leaseMs - shortGraceMs - Math.max(DELAY_MS, leaseMs / 10));
  return {
    silenceMs,
    shortGraceMs,
    settleMs: shortGraceMs + DELAY_MS,
    statementMs: silenceMs,
    graceMs: Math.min(timings.graceMs, silenceMs),
  };
}

/** Milliseconds on a monotonic clock that all processes of one machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
