import type { Wanted } from "./log.ts";

/** The requirements for a worker. Times are in milliseconds. */
export interface Requirements extends Wanted {
  /** How long it must run. */
  readonly forMs: number;
  /** How many lines it must write. */
  readonly lines: number;
  /** How long to wait for the lines, the text and the patterns, and for a worker that is not started here; at least `forMs`. */
  readonly withinMs: number;
  /** How long to wait for a worker that is not there; default `withinMs`. */
  readonly findMs?: number | undefined;
  /** How long it may take to end after SIGTERM. */
  readonly graceMs: number;
  /** How old its last line can be at the end. Undefined: any age. */
  readonly freshMs?: number | undefined;
  /** How often it can start again. Undefined: never, and a program that a started worker runs, once. */
  readonly restarts?: number | undefined;
}
