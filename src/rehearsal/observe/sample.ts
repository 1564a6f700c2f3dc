import type { LockMode } from "./lock-modes.ts";
import type { Moment } from "./recording.ts";

/** A lock of a session of the migration command on a relation, held or awaited. */
export interface SampledLock {
  readonly pid: number;
  readonly relation: number;
  readonly mode: LockMode;
  readonly granted: boolean;
  /** The number of the transaction in its session, which grows. Unset: not known. */
  readonly transaction?: number | undefined;
}

/** What one look at `pg_locks` showed. */
export interface Sample {
  readonly atMs: Moment;
  readonly locks: readonly SampledLock[];
}

/** A lock over time. */
export interface LockSpan extends SampledLock {
  readonly fromMs: Moment;
  readonly toMs: Moment;
  /** How far the begin and the end can be from the true moments, because they are between two looks. 0: they are known. */
  readonly beginWithinMs: number;
  readonly endWithinMs: number;
}
