import { found, type CheckFinding } from "../finding.ts";
import type { Log } from "./log.ts";

/** The requirements for a worker. Times are in milliseconds. */
export interface Requirements {
  /** How long it must run. */
  readonly forMs: number;
  /** How many lines it must write. */
  readonly lines: number;
  /** A text that one of the lines must contain. */
  readonly ready?: string | undefined;
  /** How long to wait for the lines and the text; at least `forMs`. */
  readonly withinMs: number;
  /** How long it may take to end after SIGTERM. */
  readonly graceMs: number;
}

/** The observed behaviour of a worker. */
export interface Observed {
  readonly log: Log;
  /** Set when it ended by itself, before SIGTERM. */
  readonly ended?: { readonly how: string; readonly afterMs: number } | undefined;
  /** Whether it was killed, because it did not end on SIGTERM. */
  readonly killed: boolean;
  /** Whether it ended, but other processes of its group were killed. */
  readonly childrenLeft: boolean;
}

/** The problems of a worker. Pure. `name` is its command; `show` formats times and redacts lines. */
export function judge(
  name: string,
  requirements: Requirements,
  { log, ended, killed, childrenLeft }: Observed,
  show: Show,
): readonly CheckFinding[] {
  const object = { kind: "worker", name } as const;
  const within = show.time(requirements.withinMs);
  const grace = show.time(requirements.graceMs);
  const tail = log.tail.map(show.line);
  if (ended !== undefined) {
    return [
      found("worker-ended", object, { how: ended.how, after: show.time(ended.afterMs), tail }),
      ...(childrenLeft ? [found("worker-children-left", object, { after: grace })] : []),
    ];
  }
  return [
    ...(log.ready ? [] : [found("worker-not-ready", object, { text: requirements.ready ?? "", within, tail })]),
    ...(log.lines < requirements.lines
      ? [found("worker-few-lines", object, { lines: String(log.lines), expected: String(requirements.lines), within })]
      : []),
    ...(log.failures.length > 0 ? [found("worker-log-failures", object, { lines: log.failures.map(show.line) })] : []),
    ...(killed ? [found("worker-killed", object, { signal: "SIGTERM", grace })] : []),
    ...(childrenLeft && !killed ? [found("worker-children-left", object, { after: grace })] : []),
  ];
}

/** How times and log lines are written into findings. */
export interface Show {
  readonly time: (ms: number) => string;
  readonly line: (text: string) => string;
}
