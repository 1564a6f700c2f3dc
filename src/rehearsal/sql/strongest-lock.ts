import { LOCK_MODES, type LockMode } from "../observe/lock-modes.ts";
import { readAlterTable } from "./alter-table.ts";
import { wordsOf } from "./kinds.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

/**
 * The strongest lock on a table that a statement can take by its text (PostgreSQL documentation, "Explicit Locking" and the pages of
 * the statements). The first one that fits counts.
 */
const LOCKS: readonly (readonly [RegExp, LockMode])[] = [
  [/^alter (foreign )?table /, "AccessExclusiveLock"],
  [/^create (unique )?index concurrently /, "ShareUpdateExclusiveLock"],
  [/^create (unique )?index /, "ShareLock"],
  [/^(comment on|create statistics|analyze|create publication)( |$)/, "ShareUpdateExclusiveLock"],
  [/^vacuum( |$)(?!.*\bfull\b)/, "ShareUpdateExclusiveLock"],
  [/^create (or replace )?(constraint )?trigger /, "ShareRowExclusiveLock"],
  [/^create (or replace )?(function|procedure|aggregate|type|schema|domain|operator|cast|role|user|collation)( |$)/, "AccessShareLock"],
  [/^alter domain /, "ShareLock"],
  [/^(grant|revoke) /, "AccessShareLock"],
  [/^create (materialized |(temp(orary)? )?(recursive )?)view /, "AccessShareLock"],
  // A query as the source. `generated always as (` has no query.
  [/^create ((global |local )?temp(orary)? |unlogged )?table .* as (\( )*(select|with|values|table|execute)\b/, "AccessShareLock"],
  [/^create ((global |local )?temp(orary)? |unlogged )?table (?!.* (partition of|references) ).* inherits /, "ShareUpdateExclusiveLock"],
  [/^drop index concurrently /, "ShareUpdateExclusiveLock"],
  [/^reindex .*\bconcurrently\b/, "ShareUpdateExclusiveLock"],
  [/^create ((global |local )?temp(orary)? |unlogged )?table (?!.* partition of )/, "ShareRowExclusiveLock"],
  [/^refresh materialized view concurrently /, "ExclusiveLock"],
  [/^lock .* in access share mode\b/, "AccessShareLock"],
  [/^lock .* in row share mode\b/, "RowShareLock"],
  [/^lock .* in row exclusive mode\b/, "RowExclusiveLock"],
  [/^lock .* in share update exclusive mode\b/, "ShareUpdateExclusiveLock"],
  [/^lock .* in share mode\b/, "ShareLock"],
  [/^lock .* in share row exclusive mode\b/, "ShareRowExclusiveLock"],
  [/^lock .* in exclusive mode\b/, "ExclusiveLock"],
];

/** Actions of ALTER TABLE that need less than ACCESS EXCLUSIVE. */
const ACTIONS: readonly (readonly [RegExp, LockMode])[] = [
  [/^(set|reset) \(/, "ShareUpdateExclusiveLock"],
  [/^alter (column )?\S+ (set statistics|set \(|reset \()/, "ShareUpdateExclusiveLock"],
  [/^(validate constraint|cluster on|set without cluster)( |$)/, "ShareUpdateExclusiveLock"],
  [/^add (constraint \S+ )?foreign key /, "ShareRowExclusiveLock"],
  [/^(enable|disable) trigger /, "ShareRowExclusiveLock"],
];

/** Whether a statement can take a lock of this mode by its text. Code that it calls can take any. Pure. */
export function canTake(tokens: readonly Token[], mode: LockMode): boolean {
  const strongest = strongestLock(tokens);
  return strongest === undefined || isAtLeast(strongest, mode);
}

/** Whether a mode is as strong as another one. */
export function isAtLeast(mode: LockMode, other: LockMode): boolean {
  return LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf(other);
}

/** The strongest lock on a table that a statement can take by its text. Undefined: the text does not show it. Pure. */
export function strongestLock(tokens: readonly Token[]): LockMode | undefined {
  const words = wordsOf(tokens);
  const mode = LOCKS.find(([pattern]) => pattern.test(words))?.[1];
  if (mode !== "AccessExclusiveLock") return mode;
  const ofActions = (readAlterTable(tokens)?.actions ?? []).map(
    (action) => ACTIONS.find(([pattern]) => pattern.test(action.words))?.[1] ?? mode,
  );
  return ofActions.toSorted((one, other) => LOCK_MODES.indexOf(other) - LOCK_MODES.indexOf(one))[0] ?? mode;
}
