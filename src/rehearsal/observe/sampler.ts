import { setTimeout as timer } from "node:timers/promises";
import type { Session } from "../../postgres/session.ts";
import { MOMENT_MS } from "../limits.ts";
import { isLockMode } from "./lock-modes.ts";
import type { Moment } from "./recording.ts";
import type { Sample, SampledLock } from "./sample.ts";

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
}

export interface SamplerOptions {
  readonly session: Session;
  /** The processes of the server that belong to the command. */
  readonly pids: () => readonly number[];
  /** Sessions with a name that starts like this belong to the command too. Undefined: all are known by their process. */
  readonly namePrefix: string | undefined;
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

/**
 * An ordinary role sees all of `pg_locks`. The filter by oid leaves out the catalogs, which every statement locks. An index that
 * is not live is left out too: `drop index concurrently` locks it exclusively at its end, when no other session opens it any more
 * (PostgreSQL documentation, `pg_index.indislive`).
 */
const LOOK = `select pg_catalog.string_agg(l.pid::pg_catalog.text || ' ' || l.relation::pg_catalog.text || ' ' || l.mode || ' ' || l.granted::pg_catalog.text || ' ' || pg_catalog.split_part(l.virtualtransaction, '/', 2), ',') as locks,
    pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() operator(pg_catalog.-) pg_catalog.statement_timestamp()) as seconds
  from pg_catalog.pg_locks l
  where l.locktype operator(pg_catalog.=) 'relation' and l.relation operator(pg_catalog.>=) 16384::pg_catalog.oid
    and not exists (select from pg_catalog.pg_index i where i.indexrelid operator(pg_catalog.=) l.relation and not i.indislive)
    and l.database operator(pg_catalog.=) (select oid from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database())
    and (l.pid operator(pg_catalog.=) any ($1::pg_catalog.int4[])`;
const BY_NAME = ` or l.pid operator(pg_catalog.=) any (select a.pid from pg_catalog.pg_stat_activity a
      where pg_catalog.starts_with(a.application_name, $2) and a.datname operator(pg_catalog.=) pg_catalog.current_database())`;

/** Starts to look, in a session of its own. */
export function startSampler({ session, pids, namePrefix, now, runningSince, seen }: SamplerOptions): Sampler {
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
  const look = async (): Promise<Sample> => {
    const startMs = now();
    const values = namePrefix === undefined ? [pids()] : [pids(), namePrefix];
    const [row] = await session.query<{ locks: string | null; seconds: number }>(
      `${LOOK}${namePrefix === undefined ? "" : BY_NAME})`,
      values,
    );
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
      // Between statements there is nothing new to see: the next one wakes the sampler. Sessions that are only known by name cannot.
      const wanted =
        since === undefined && namePrefix === undefined ? LONGEST_MS : Math.max(SHORTEST_MS, (now() - (since ?? now())) * GROWTH);
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
      const delayMs = (slower[Math.floor(slower.length * 0.9)] ?? 0) - (slower[0] ?? 0);
      return { samples: samples.toSorted((one, other) => one.atMs - other.atMs), interval, delayMs };
    },
  };
}

function locksIn(text: string): readonly SampledLock[] {
  if (text === "") return [];
  return text.split(",").flatMap((each) => {
    const [pid = "", relation = "", mode = "", granted = "", transaction = ""] = each.split(" ");
    const numbers = { pid: Number(pid), relation: Number(relation), transaction: Number(transaction) };
    return isLockMode(mode) ? [{ ...numbers, mode, granted: granted === "true" }] : [];
  });
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
