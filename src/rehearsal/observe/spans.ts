import type { LockMode } from "./lock-modes.ts";
import type { Moment } from "./recording.ts";
import type { LockSpan, Sample, SampledLock } from "./sample.ts";

/** Moments of one process of the server that are known exactly. */
export interface KnownMoments {
  /** When its statements started, ascending: a lock is taken when a statement starts. */
  readonly starts: readonly Moment[];
  /** Those of messages with several statements or with code: a lock can be taken at any time after them. */
  readonly vague?: ReadonlySet<Moment>;
  /** Those of statements that change the schema. Only they take a lock that is stronger than those of a writer. */
  readonly changing?: ReadonlySet<Moment>;
  /** When its transactions ended, ascending: locks are held until then. */
  readonly ends: readonly Moment[];
}

/** Modes that statements take which do not change the schema. */
const WRITER: ReadonlySet<LockMode> = new Set<LockMode>(["AccessShareLock", "RowShareLock", "RowExclusiveLock"]);

/** A lock that is sampled once in this time at least was not released and taken again in between. */
interface Open {
  readonly lock: SampledLock;
  readonly fromMs: Moment;
  readonly beginWithinMs: number;
  lastMs: Moment;
}

/**
 * Joins samples to spans of time. Between two samples, the begin is the start of a statement and the end is the end of a
 * transaction, where these are known; else both are in the middle. Pure.
 */
export function spansOf(samples: readonly Sample[], known: ReadonlyMap<number, KnownMoments>, untilMs: Moment): readonly LockSpan[] {
  const spans: LockSpan[] = [];
  const open = new Map<string, Open>();
  const close = ({ lock, fromMs, beginWithinMs, lastMs }: Open, nextMs: Moment): void => {
    const end = firstIn(known.get(lock.pid)?.ends ?? [], lastMs, nextMs);
    const endWithinMs = end === undefined ? (nextMs - lastMs) / 2 : 0;
    spans.push({ ...lock, fromMs, toMs: end ?? (lastMs + nextMs) / 2, beginWithinMs, endWithinMs });
  };
  let previousMs: Moment | undefined;
  for (const { atMs, locks } of samples) {
    const seen = new Set(locks.map(keyOf));
    for (const [key, each] of open) {
      const ended = firstIn(known.get(each.lock.pid)?.ends ?? [], each.lastMs, atMs) !== undefined;
      if (seen.has(key) && !ended) continue;
      close(each, atMs);
      open.delete(key);
    }
    for (const lock of locks) {
      const key = keyOf(lock);
      const held = open.get(key);
      if (held === undefined) open.set(key, { lock, ...beginOf(lock, known, previousMs, atMs), lastMs: atMs });
      else held.lastMs = atMs;
    }
    previousMs = atMs;
  }
  for (const each of open.values()) close(each, Math.max(each.lastMs, untilMs));
  return spans;
}

function beginOf(
  lock: SampledLock,
  known: ReadonlyMap<number, KnownMoments>,
  previousMs: Moment | undefined,
  atMs: Moment,
): Pick<Open, "fromMs" | "beginWithinMs"> {
  const moments = known.get(lock.pid);
  const earliest = previousMs ?? Number.NEGATIVE_INFINITY;
  const started = startOf(lock, moments, earliest, atMs);
  if (started !== undefined) return { fromMs: started, beginWithinMs: moments?.vague?.has(started) === true ? atMs - started : 0 };
  // The transaction before must have ended: the lock is of a later one.
  const ended = lastIn(moments?.ends ?? [], earliest, atMs) ?? previousMs;
  return ended === undefined ? { fromMs: atMs, beginWithinMs: 0 } : { fromMs: (ended + atMs) / 2, beginWithinMs: (atMs - ended) / 2 };
}

/** The last statement between two looks that can have taken the lock. A tool's record of its migration follows at once, and cannot. */
function startOf({ mode }: SampledLock, moments: KnownMoments | undefined, fromMs: Moment, toMs: Moment): Moment | undefined {
  const last = lastIn(moments?.starts ?? [], fromMs, toMs);
  if (last === undefined || moments?.changing === undefined || WRITER.has(mode) || moments.changing.has(last)) return last;
  const { changing } = moments;
  return moments.starts.findLast((each) => each >= fromMs && each <= toMs && changing.has(each)) ?? last;
}

function firstIn(moments: readonly Moment[], fromMs: Moment, toMs: Moment): Moment | undefined {
  const found = moments[firstAfter(moments, fromMs, (moment, limit) => moment >= limit)];
  return found !== undefined && found <= toMs ? found : undefined;
}

function lastIn(moments: readonly Moment[], fromMs: Moment, toMs: Moment): Moment | undefined {
  const found = moments[firstAfter(moments, toMs, (moment, limit) => moment > limit) - 1];
  return found !== undefined && found >= fromMs ? found : undefined;
}

/** The index of the first of the ascending moments that is after the limit. */
function firstAfter(moments: readonly Moment[], limit: Moment, isAfter: (moment: Moment, limit: Moment) => boolean): number {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(moments[middle] ?? 0, limit)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A message can have several transactions, which take the same lock one after the other. */
function keyOf({ pid, relation, mode, granted, transaction }: SampledLock): string {
  return `${pid} ${relation} ${mode} ${granted} ${transaction ?? ""}`;
}
