import { found, type CheckFinding } from "../finding.ts";
import type { Log } from "./log.ts";

/** What is asked of a worker. Times are in milliseconds. */
export interface Demands {
  /** How long it must live. */
  readonly forMs: number;
  /** How many lines it must write. */
  readonly lines: number;
  /** A text that one of them must hold. */
  readonly ready?: string | undefined;
  /** How long to wait for lines and text; at least as long as it must live. */
  readonly withinMs: number;
  /** How long it may take to end when it is asked to. */
  readonly graceMs: number;
}

/** How a worker was seen. */
export interface Observed {
  readonly log: Log;
  /** Set where it ended by itself, before it was asked to. */
  readonly ended?: { readonly how: string; readonly afterMs: number } | undefined;
  /** It had to be killed. */
  readonly stubborn: boolean;
  /** It ended, and others of its group had to be killed. */
  readonly left: boolean;
}

/** What is wrong with a worker. Pure. `name` is its command, `show` writes a time for people and takes out secrets. */
export function judge(name: string, demands: Demands, { log, ended, stubborn, left }: Observed, show: Show): readonly CheckFinding[] {
  const object = { kind: "worker", name } as const;
  const within = show.time(demands.withinMs);
  const grace = show.time(demands.graceMs);
  const tail = log.tail.map(show.line);
  if (ended !== undefined) {
    return [
      found("worker-ended", object, { how: ended.how, after: show.time(ended.afterMs), tail }),
      ...(left ? [found("worker-left", object, { after: grace })] : []),
    ];
  }
  return [
    ...(log.ready ? [] : [found("worker-unready", object, { text: demands.ready ?? "", within, tail })]),
    ...(log.lines < demands.lines
      ? [found("worker-quiet", object, { lines: String(log.lines), wanted: String(demands.lines), within })]
      : []),
    ...(log.complaints.length > 0 ? [found("worker-complains", object, { lines: log.complaints.map(show.line) })] : []),
    ...(stubborn ? [found("worker-stubborn", object, { signal: "SIGTERM", grace })] : []),
    ...(left && !stubborn ? [found("worker-left", object, { after: grace })] : []),
  ];
}

export interface Show {
  readonly time: (ms: number) => string;
  readonly line: (text: string) => string;
}
