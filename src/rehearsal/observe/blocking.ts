import { type Access, blocks, type LockMode, stronger } from "./lock-modes.ts";
import type { Moment } from "./recording.ts";
import type { LockSpan } from "./sample.ts";

/** A time during which somebody else would have waited without an interruption. */
export interface Wait {
  readonly fromMs: Moment;
  readonly toMs: Moment;
  /** The process of the server whose lock began it. */
  readonly pid: number;
  /** The number of the transaction with that lock, in its session. Unset: not known. */
  readonly transaction?: number | undefined;
  /** The strongest lock in it, and the one that began it. */
  readonly mode: LockMode;
  readonly firstMode: LockMode;
  /** The table or the index with that lock. */
  readonly relation?: number | undefined;
  /** How far its length can be from the true one, because of the time between two looks. */
  readonly withinMs: number;
}

/** What the locks on one table, its indexes included, mean for others. */
export interface TableLocks {
  readonly strongest: LockMode;
  /** The longest time that a lock of this mode was held. */
  readonly heldMs: number;
  /** The longest time that the lock of a statement which changes rows was held: the rows are locked within it. */
  readonly changingMs: number;
  /** The same for a statement that locks the rows that it reads (ROW SHARE). */
  readonly lockingMs: number;
  /** The waits of readers and of writers, the longest first. */
  readonly reads: readonly Wait[];
  readonly writes: readonly Wait[];
  /** All waits together. */
  readonly readsMs: number;
  readonly writesMs: number;
  /** The longest time that the migration itself waited for a lock. Others queue behind it meanwhile. */
  readonly queuedMs: number;
}

/**
 * What the spans of one table mean for others. A request that waits blocks as a lock does, because later requests queue behind
 * it. `relation` is the table's own id; the other spans are of its indexes: a reader needs them too, when the planner looks
 * at the table. Pure.
 */
export function tableLocks(spans: readonly LockSpan[], relation: number): TableLocks | undefined {
  const own = spans.filter((span) => span.relation === relation);
  // A lock that was awaited for long can be held for so short a time that no look saw it. Others waited all the same.
  const strongest = own.reduce<LockMode | undefined>((mode, span) => stronger(mode, span.mode), undefined);
  if (strongest === undefined) return undefined;
  const reads = waitsOf(spans, "read");
  const writes = waitsOf(spans, "write");
  const held = joined(own.filter(({ mode, granted }) => granted && mode === strongest));
  const longestIn = (one: LockMode): number =>
    longestOf(
      joined(
        own.filter(({ mode, granted }) => granted && mode === one),
        isOneTransaction,
      ),
    );
  return {
    strongest,
    heldMs: longestOf(held),
    changingMs: longestIn("RowExclusiveLock"),
    lockingMs: longestIn("RowShareLock"),
    reads: longestFirst(reads),
    writes: longestFirst(writes),
    readsMs: sumOf(reads),
    writesMs: sumOf(writes),
    queuedMs: longestOf(joined(spans.filter(({ granted }) => !granted))),
  };
}

function waitsOf(spans: readonly LockSpan[], access: Access): readonly Wait[] {
  return joined(
    spans.filter(({ mode }) => blocks(mode, access)),
    isOneTransaction,
  );
}

/** Between two transactions, others get the table. */
function isOneTransaction(last: LockSpan, span: LockSpan): boolean {
  return last.pid !== span.pid || last.transaction === span.transaction;
}

/** Joins spans that overlap, and those that touch if `isSame`: a lock that replaces another one leaves no time in between. */
function joined(spans: readonly LockSpan[], isSame: (last: LockSpan, span: LockSpan) => boolean = () => true): readonly Wait[] {
  const waits: ({ -readonly [K in keyof LockSpan]: LockSpan[K] } & { firstMode: LockMode })[] = [];
  for (const span of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const last = waits.at(-1);
    if (last === undefined || span.fromMs > last.toMs || (span.fromMs === last.toMs && !isSame(last, span)))
      waits.push({ ...span, firstMode: span.mode });
    else {
      if (span.toMs >= last.toMs) [last.toMs, last.endWithinMs] = [span.toMs, span.endWithinMs];
      last.mode = stronger(last.mode, span.mode);
      if (span.fromMs === last.fromMs && stronger(last.firstMode, span.mode) !== last.firstMode)
        [last.firstMode, last.relation] = [span.mode, span.relation];
    }
  }
  return waits.map(({ fromMs, toMs, pid, relation, transaction, mode, firstMode, beginWithinMs, endWithinMs }) => ({
    fromMs,
    toMs,
    pid,
    relation,
    ...(transaction === undefined ? {} : { transaction }),
    mode,
    firstMode,
    withinMs: beginWithinMs + endWithinMs,
  }));
}

function lengthOf({ fromMs, toMs }: Wait): number {
  return toMs - fromMs;
}

function longestFirst(waits: readonly Wait[]): readonly Wait[] {
  return waits.toSorted((one, other) => lengthOf(other) - lengthOf(one));
}

function longestOf(waits: readonly Wait[]): number {
  return waits.reduce((longest, wait) => Math.max(longest, lengthOf(wait)), 0);
}

function sumOf(waits: readonly Wait[]): number {
  return waits.reduce((sum, wait) => sum + lengthOf(wait), 0);
}
