import { formatElapsed } from "../../duration.ts";
import { formatWait } from "../size.ts";
import { type Latencies, type Latency, type MeasuredTraffic, TRAFFIC_PHASES } from "../traffic/traffic.ts";

export const TRAFFIC_HEAD = ["statement", "when", "longest wait", "median", "p95", "p99", "max", "answered", "failed", "not sent"] as const;

/** Statements of the traffic in a report for people, the slowest first. */
const MOST_STATEMENTS = 10;

/** What ran, in sentences. */
export function trafficLines(traffic: MeasuredTraffic): readonly string[] {
  const { file, ratePerSecond, sessions, outcome, error, ms, queuedMs } = traffic;
  const ended =
    outcome === "succeeded"
      ? `the migrations took ${wait(ms)}${queuedMs > 0 ? `, and waited up to ${wait(queuedMs)} for a lock` : ""}`
      : `the migrations failed after ${wait(ms)}${error === undefined ? "" : `: ${error}`}`;
  return [
    `Traffic of ${file}, on a copy of its own: ${sessions} sessions, ${ratePerSecond} statements in a second; ${ended}.`,
    ...failedBefore(traffic),
  ];
}

/** Statements that failed without the migrations: what these do to them was not measured. Each ran once before that, and succeeded. */
function failedBefore({ statements }: MeasuredTraffic): readonly string[] {
  return statements
    .filter(({ before }) => before.errors > 0)
    .slice(0, MOST_STATEMENTS)
    .map(({ name, before: { errors, count, causes } }) => {
      const why = causes[0] === undefined ? "" : `: ${causes[0]}`;
      const worth =
        count === 0 || errors > count
          ? "so what the migrations do to it was not measured"
          : "so it is not judged whether the migrations make it fail";
      return `The statement ${name} failed ${errors} of ${errors + count} times before the migrations, ${worth}${why}.`;
    });
}

/** The rows of the table: all statements together, and those of each one, the slowest first. */
export function trafficRows({ all, statements }: MeasuredTraffic): Readonly<Record<"all" | "each", readonly (readonly string[])[]>> {
  const slowest = statements.toSorted((one, other) => other.during.longestWaitMs - one.during.longestWaitMs).slice(0, MOST_STATEMENTS);
  return { all: rowsOf({ name: "all", ...all }), each: slowest.flatMap(rowsOf) };
}

function rowsOf(figures: { readonly name: string } & Latencies): readonly (readonly string[])[] {
  return TRAFFIC_PHASES.map((phase, at) => [at === 0 ? figures.name : "", phase, ...cells(figures[phase])]);
}

function cells(latency: Latency): readonly string[] {
  const { median, p95, p99, max, longest } = figuresOf(latency);
  return [longest, median, p95, p99, max, String(latency.count), String(latency.errors), String(latency.notSent)];
}

/** The times for people; a dash where no statement succeeded. */
export function figuresOf({
  count,
  medianMs,
  p95Ms,
  p99Ms,
  maxMs,
  longestWaitMs,
}: Latency): Readonly<Record<"median" | "p95" | "p99" | "max" | "longest", string>> {
  const shown = (ms: number): string => (count === 0 ? "-" : wait(ms));
  return { median: shown(medianMs), p95: shown(p95Ms), p99: shown(p99Ms), max: shown(maxMs), longest: wait(longestWaitMs) };
}

/** `812 answered, median 2 ms, p95 5 ms, p99 9 ms, longest wait 14 ms`. */
export function inWords(latency: Latency): string {
  const { median, p95, p99, max, longest } = figuresOf(latency);
  const { count, errors, notSent } = latency;
  return [
    `${count} answered`,
    ...(count === 0 ? [] : [`median ${median}`, `p95 ${p95}`, `p99 ${p99}`, `max ${max}`]),
    `longest wait ${longest}`,
    `${errors} failed`,
    ...(notSent === 0 ? [] : [`${notSent} not sent because all sessions waited`]),
  ].join(", ");
}

function wait(ms: number): string {
  return ms > 0 && ms < 10 ? `${ms} ms` : formatWait(ms, formatElapsed);
}
