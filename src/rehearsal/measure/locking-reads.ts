import { MOMENT_MS } from "../limits.ts";
import { LOCK_MODES, type LockMode } from "../observe/lock-modes.ts";
import type { Moment } from "../observe/recording.ts";
import { type Relation, SEQUENCE } from "../observe/relations.ts";
import type { LockSpan } from "../observe/sample.ts";

/** Whether a session took a lock in this time that a statement which only reads does not take. */
export type TookLock = (pid: number | undefined, fromMs: Moment, toMs: Moment) => boolean;

const WRITES = LOCK_MODES.indexOf("RowExclusiveLock");

/**
 * `select change_everything()` looks like a statement that only reads, but the function can do anything. The locks show it: a
 * strong one, or one of a writer in a long statement. In a short one, it can be the lock of the statement before. Pure.
 */
export function tookLock(spans: readonly LockSpan[], relations: ReadonlyMap<number, Relation>): TookLock {
  const ofTables = spans.filter(({ relation, mode }) => {
    const kind = relations.get(relation)?.kind;
    return kind !== undefined && kind !== SEQUENCE && strengthOf(mode) >= WRITES;
  });
  return (pid, fromMs, toMs) =>
    ofTables.some(
      (span) =>
        span.pid === pid && span.fromMs >= fromMs && span.fromMs <= toMs && (strengthOf(span.mode) > WRITES || toMs - fromMs >= MOMENT_MS),
    );
}

function strengthOf(mode: LockMode): number {
  return LOCK_MODES.indexOf(mode);
}
