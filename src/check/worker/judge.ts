import { found, type CheckFinding } from "../finding.ts";
import type { Seen } from "./observe.ts";
import type { Requirements } from "./requirements.ts";
import type { Stopped } from "./started.ts";

/** The observed behaviour of a worker. */
export interface Observed extends Seen {
  /** How it ended on SIGTERM. Undefined: it was not started here, and was not stopped. */
  readonly stopped?: Stopped | undefined;
  /** Why its output may be buffered. */
  readonly buffered?: string | undefined;
}

/** The problems of a worker. Pure. `name` is its command; `show` formats times and redacts lines. */
export function judge(name: string, requirements: Requirements, observed: Observed, show: Show): readonly CheckFinding[] {
  const object = { kind: "worker", name } as const;
  const { ended, absent, stopped: { killed, left } = { killed: false, left: [] } } = observed;
  const after = show.time(requirements.graceMs);
  if (absent !== undefined) {
    return [found("worker-not-found", object, { why: show.line(absent), within: show.time(requirements.findMs ?? requirements.withinMs) })];
  }
  // A process id cannot start later, so that nobody waited for it.
  if (ended?.never === true) return [found("worker-not-found", object, { why: show.line(ended.how), within: undefined })];
  const end = ended === undefined ? [] : [endedOf(object, ended, observed, show)];
  return [
    ...end,
    ...restartsOf(object, requirements, observed, show),
    ...(ended === undefined ? logOf(object, requirements, observed, show) : []),
    ...(killed ? [found("worker-killed", object, { signal: "SIGTERM", grace: after, processes: left })] : []),
    ...(left.length > 0 && !killed ? [found("worker-children-left", object, { processes: left })] : []),
  ];
}

type Worker = CheckFinding["object"];

function endedOf(object: Worker, { how, afterMs }: NonNullable<Seen["ended"]>, { log }: Observed, show: Show): CheckFinding {
  return found("worker-ended", object, { how: show.line(how), after: show.time(afterMs), tail: log.tail.map(show.line) });
}

/** A script can start a program again for a reason of its own, so that one restart of a started worker's program is accepted. */
function restartsOf(object: Worker, requirements: Requirements, { restarts, stopped }: Observed, show: Show): readonly CheckFinding[] {
  const accepted = requirements.restarts ?? (stopped === undefined ? 0 : 1);
  if (restarts === undefined || restarts.times <= accepted) return [];
  return [found("worker-restarts", object, { program: show.line(restarts.program), times: String(restarts.times) })];
}

function logOf(object: Worker, requirements: Requirements, { log, lineAgeMs, buffered }: Observed, show: Show): readonly CheckFinding[] {
  const { ready = "", lines, freshMs } = requirements;
  const within = show.time(requirements.withinMs);
  const tail = log.tail.map(show.line);
  const isOld = freshMs !== undefined && lineAgeMs !== undefined && lineAgeMs > freshMs;
  return [
    ...(log.ready ? [] : [found("worker-not-ready", object, { text: ready, within, tail })]),
    ...(log.lines < lines
      ? [found("worker-few-lines", object, { lines: String(log.lines), expected: String(lines), within, buffered })]
      : []),
    ...log.missing.map((pattern) => found("worker-line-missing", object, { pattern, within, tail })),
    ...Object.entries(log.forbidden).map(([pattern, shown]) =>
      found("worker-line-forbidden", object, { pattern, lines: shown.map(show.line) }),
    ),
    ...(isOld ? [found("worker-log-old", object, { age: show.time(lineAgeMs), limit: show.time(freshMs) })] : []),
    ...(log.failures.length > 0 ? [found("worker-log-failures", object, { lines: log.failures.map(show.line) })] : []),
  ];
}

/** How times and log lines are written into findings. */
export interface Show {
  readonly time: (ms: number) => string;
  readonly line: (text: string) => string;
}
