import type { Strike } from "../faults/target.ts";
import type { Schedule } from "../plans.ts";
import type { End } from "../runner.ts";
import type { StateChange, Trace } from "../trace.ts";

/** What is known about a schedule after its end. */
export interface Outcome {
  readonly schedule: Schedule;
  /** The ends of the runners that were not killed. */
  readonly ends: readonly End[];
  /** Sorted by time. */
  readonly traces: readonly Trace[];
  readonly states: readonly StateChange[];
  readonly strikes: readonly Strike[];
  /** Processes and sessions of migrations that exist after all runners have ended. */
  readonly left: readonly string[];
}

/** Exit codes of the CLI. */
export const CODE = { ready: 0, conflict: 2, failed: 11 } as const;

export function begins(traces: readonly Trace[]): readonly Trace[] {
  return traces.filter(({ step }) => step === "begin");
}

export function nameOf({ token }: Trace): string {
  return `command ${token.slice(0, 4)}`;
}

export function timeOf(at: Date): string {
  return at.toISOString().slice(11, 23);
}
