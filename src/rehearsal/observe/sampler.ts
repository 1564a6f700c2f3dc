import { setTimeout as timer } from "node:timers/promises";
import { codeOf } from "../../errors.ts";
import type { Session } from "../../postgres/session.ts";
import { MOMENT_MS } from "../limits.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { locksIn, LOOKS } from "./look.ts";
import type { Moment } from "./recording.ts";
import type { Sample } from "./sample.ts";

/** Looks at the locks of the migration command's sessions, again and again. */
export interface Sampler {
  /** One more look, now. */
  look(): Promise<Sample>;
  /** A statement starts: the next look is now, so that the locks of a short statement are seen too. */
  wake(): void;
  /** Ends the looks, and returns all of them. Throws the error of the session, if it was lost. */
  stop(): Promise<Sampled>;
}

export interface Sampled {
  readonly samples: readonly Sample[];
  /** Milliseconds between two looks: half of them were closer than the first, and all were closer than the second. */
  readonly interval: { readonly median: number; readonly longest: number };
  /**
   * Milliseconds by which looks were slower than the fastest one, except for the slowest tenth: how late this machine and the
   * server answer because they are busy. The way to the server is in the fastest one too.
   */
  readonly delayMs: number;
  /** Which share of a look in the middle was delay, from 0 to 1: on a busy machine all short answers are late by such a share. */
  readonly delayShare: number;
}

export interface SamplerOptions {
  /** With a short `lock_timeout`, so that a look can be repeated without the catalogs that somebody locks. */
  readonly session: Session;
  /** The processes of the server that are known to belong to the command. */
  readonly pids: () => readonly number[];
  /** Those of the observation itself, and of others that do not belong to the command. */
  readonly foreignPids: () => readonly number[];
  /** The id of the database. */
  readonly database: number;
  /** Whether statements of the command are known: the next one ends a pause. */
  readonly knowsStatements: boolean;
  readonly now: () => Moment;
  /** When the statement that runs now has started; undefined between statements. */
  readonly runningSince: () => Moment | undefined;
  /** Called with each look that nobody waits for. */
  readonly seen: (sample: Sample) => void;
}

/** The shortest and the longest pause between two looks. A lock that all looks missed was shorter than a moment, and is not reported. */
const SHORTEST_MS = 10;
const LONGEST_MS = MOMENT_MS;
/** Looks may take this share of the time at most: they slow the migration down, which has the same server and perhaps the same machine. */
const SHARE = 0.03;
/** The first looks can be more frequent, so that a migration with few short statements is seen closely. */
const EARLY_LOOKS = 40;
const EARLY_SHARE = 0.1;
/** The work of a look that the server does not report: about 1 ms of processor time in this process, and 0.3 ms in the server before and after the query. */
const OTHER_MS = 1.3;
/** Of the last looks, the middle one counts: a single slow one is an accident. */
const LAST_COSTS = 15;
/** A statement that starts is looked at if this many times the cost of a look has passed since the last one. */
const WAKE_SHARE = 3;
/** The longer a statement has run, the less often it is looked at: the pause is this share of its time. */
const GROWTH = 0.05;
/** Samples that are kept. Unchanged ones in between are dropped. */
const MOST_SAMPLES = 200_000;

interface Row {
  readonly [name: string]: unknown;
  readonly locks: string | null;
  readonly seconds: number;
}

/** Starts to look, in a session of its own. */
export function startSampler({ session, pids, foreignPids, database, knowsStatements, now, runningSince, seen }: SamplerOptions): Sampler {
  const samples: Sample[] = [];
  const gaps: number[] = [];
  const end = new AbortController();
  const durations: number[] = [];
  const costs: number[] = [];
  let costMs = 1;
  let spentMs = 0;
  let lastMs = 0;
  const beganMs = now();
  const isEarly = (): boolean => samples.length < EARLY_LOOKS;
  let wake = nothing;
  const ask = (text: string): Promise<readonly Row[]> => session.query<Row>(text, [pids(), foreignPids(), database]);
  const look = async (): Promise<Sample> => {
    let startMs = now();
    const [row] = await ask(LOOKS.usual).catch((thrown: unknown) => {
      if (codeOf(thrown) !== SQLSTATE.lockNotAvailable) throw thrown;
      startMs = now();
      return ask(LOOKS.withoutCatalogs);
    });
    const endMs = now();
    durations.push(endMs - startMs);
    // What the server and this process worked. The way to a server far away, and the queue of a busy machine, cost the command nothing.
    costs.push(Math.min(endMs - startMs, (row?.seconds ?? 0) * 1000 + OTHER_MS));
    costMs = middleOf(costs.slice(-LAST_COSTS));
    spentMs += costMs;
    lastMs = endMs;
    const sample = { atMs: (startMs + endMs) / 2, locks: locksIn(row?.locks ?? "") };
    const last = samples.at(-1);
    if (last !== undefined) gaps.push(sample.atMs - last.atMs);
    samples.push(sample);
    if (samples.length > MOST_SAMPLES) thin(samples);
    return sample;
  };
  const loop = async (): Promise<void> => {
    while (!end.signal.aborted) {
      seen(await look());
      const since = runningSince();
      // Between statements there is nothing new to see: the next one wakes the sampler. Sessions beside the broker cannot.
      const wanted = since === undefined && knowsStatements ? LONGEST_MS : Math.max(SHORTEST_MS, (now() - (since ?? now())) * GROWTH);
      const pause = Math.max(Math.min(wanted, LONGEST_MS), costMs / (isEarly() ? EARLY_SHARE : SHARE));
      const woken = new AbortController();
      wake = () => woken.abort();
      await timer(pause, undefined, { signal: AbortSignal.any([end.signal, woken.signal]) }).catch(() => {});
    }
  };
  const looping = loop();
  looping.catch(() => {});
  return {
    look,
    wake() {
      const isAllowed = isEarly() || spentMs < (now() - beganMs) * SHARE;
      if (isAllowed && now() - lastMs > costMs * WAKE_SHARE) wake();
    },
    async stop() {
      end.abort();
      await looping;
      const interval = { median: middleOf(gaps), longest: gaps.reduce((longest, gap) => Math.max(longest, gap), 0) };
      const slower = durations.toSorted((one, other) => one - other);
      const fastest = slower[0] ?? 0;
      const delayMs = (slower[Math.floor(slower.length * 0.9)] ?? 0) - fastest;
      const delayShare = 1 - fastest / Math.max(middleOf(durations), fastest, Number.MIN_VALUE);
      return { samples: samples.toSorted((one, other) => one.atMs - other.atMs), interval, delayMs, delayShare };
    },
  };
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** Leaves out every other sample of the older half. A long migration is then seen less closely at its start. */
function thin(samples: Sample[]): void {
  const half = Math.floor(samples.length / 2);
  const older = samples.slice(0, half).filter((_, at) => at % 2 === 0);
  samples.splice(0, half, ...older);
}

function nothing(): void {}
