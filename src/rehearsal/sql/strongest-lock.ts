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
  [/^(grant|revoke) /, "AccessShareLock"],
  [/^create ((global |local )?temp(orary)? |unlogged )?table (?!.* (partition of|inherits) )/, "ShareRowExclusiveLock"],
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
  return strongest === undefined || LOCK_MODES.indexOf(strongest) >= LOCK_MODES.indexOf(mode);
}

/** Undefined: the text does not show it. */
function strongestLock(tokens: readonly Token[]): LockMode | undefined {
  const words = wordsOf(tokens);
  const mode = LOCKS.find(([pattern]) => pattern.test(words))?.[1];
  if (mode !== "AccessExclusiveLock") return mode;
  const ofActions = (readAlterTable(tokens)?.actions ?? []).map(
    (action) => ACTIONS.find(([pattern]) => pattern.test(action.words))?.[1] ?? mode,
  );
  return ofActions.toSorted((one, other) => LOCK_MODES.indexOf(other) - LOCK_MODES.indexOf(one))[0] ?? mode;
}

/** Built-in functions that lock no table. */
const HARMLESS = /^(pg_\w+|set_config|current_setting|now|count|min|max|sum|coalesce|format|setval|nextval|lastval|currval|length)$/;

/** Whether a statement runs code that its text does not show: a function, a procedure, a DO block, a prepared statement. Pure. */
export function runsCode(tokens: readonly Token[]): boolean {
  const words = wordsOf(tokens, 2000).split(" ");
  if (["do", "call", "execute"].includes(words[0] ?? "")) return true;
  if (!["select", "with", "values", "table", "explain"].includes(words[0] ?? "")) return false;
  return words.some(
    (word, at) => words[at + 1] === "(" && (word === '"x"' || /^[\p{L}_]/u.test(word)) && !HARMLESS.test(word) && !NOT_CALLED.has(word),
  );
}

const NOT_CALLED = new Set("select from in exists values as and or not where on using any all over by join".split(" "));
