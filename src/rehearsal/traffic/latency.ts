import { type Latencies, type Latency, TRAFFIC_PHASES, type TrafficPhase } from "./traffic.ts";

/** The times of one kind of statement in one phase, while they are collected. */
export interface Collected {
  readonly times: number[];
  readonly causes: Map<string, number>;
  longestMs: number;
  notSent: number;
}

export type CollectedPhases = Readonly<Record<TrafficPhase, Collected>>;

/** Causes that are reported for one statement. */
const MOST_CAUSES = 3;

export function newCollection(): CollectedPhases {
  return { before: empty(), during: empty(), after: empty() };
}

function empty(): Collected {
  return { times: [], causes: new Map(), longestMs: 0, notSent: 0 };
}

/** The figures of several collections together. Pure. */
export function latenciesOf(collections: readonly CollectedPhases[]): Latencies {
  const of = (phase: TrafficPhase): Latency => latencyOf(collections.map((each) => each[phase]));
  return Object.fromEntries(TRAFFIC_PHASES.map((phase) => [phase, of(phase)])) as unknown as Latencies;
}

function latencyOf(collected: readonly Collected[]): Latency {
  const sorted = collected.flatMap(({ times }) => times).toSorted((one, other) => one - other);
  // The nearest rank: a figure that one of the statements really had.
  const at = (share: number): number => round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  const causes = new Map<string, number>();
  for (const each of collected) for (const [cause, count] of each.causes) causes.set(cause, (causes.get(cause) ?? 0) + count);
  return {
    count: sorted.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    maxMs: at(1),
    longestWaitMs: round(collected.reduce((longest, { longestMs }) => Math.max(longest, longestMs), 0)),
    errors: [...causes.values()].reduce((sum, count) => sum + count, 0),
    causes: [...causes]
      .toSorted(([, one], [, other]) => other - one)
      .slice(0, MOST_CAUSES)
      .map(([cause]) => cause),
    notSent: collected.reduce((sum, { notSent }) => sum + notSent, 0),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
