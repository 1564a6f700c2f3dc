import type { Token } from "../../postgres/sql/tokens.ts";
import type { LockMode } from "../observe/lock-modes.ts";
import { readAlterTable } from "./alter-table.ts";
import { wordsOf } from "./kinds.ts";
import { type DottedName, namesIn } from "./names.ts";
import { strongestLock } from "./strongest-lock.ts";
import { targetsOf } from "./targets.ts";

/** A table, view, index or sequence that a statement locks for certain. */
export interface CertainLock {
  readonly name: DottedName;
  /** The least mode. Undefined: the text does not show it. */
  readonly mode: LockMode | undefined;
}

/** What a statement locks its target with at least, for those whose targets the text shows (`targetsOf`). */
const CERTAIN: readonly (readonly [RegExp, LockMode])[] = [
  [/^create (unique )?index concurrently /, "ShareUpdateExclusiveLock"],
  [/^create (unique )?index /, "ShareLock"],
  [/^(drop index|reindex .*) concurrently /, "ShareUpdateExclusiveLock"],
  [/^reindex /, "ShareLock"],
  [/^(drop index|truncate|cluster|vacuum full|vacuum \( .*\bfull\b) /, "AccessExclusiveLock"],
  [/^(vacuum|analyze) /, "ShareUpdateExclusiveLock"],
  [/^refresh materialized view concurrently /, "ExclusiveLock"],
  [/^refresh materialized view /, "AccessExclusiveLock"],
];

/** The locks that a statement takes for certain, by its text. Pure. */
export function certainLocks(tokens: readonly Token[]): readonly CertainLock[] {
  const words = wordsOf(tokens);
  const targets = targetsOf(tokens);
  const referenced = referencedBy(tokens, words);
  if (!/^alter (foreign )?table /.test(words)) {
    const mode = CERTAIN.find(([pattern]) => pattern.test(words))?.[1];
    return [...targets.map((name) => ({ name, mode })), ...referenced];
  }
  const moved = (readAlterTable(tokens)?.actions ?? []).filter((action) => /^(attach|detach) partition /.test(action.words));
  // ATTACH, and DETACH CONCURRENTLY, lock the partition with the strongest mode, and the table that they name first with a weaker one.
  const isWeaker = moved.some((action) => /^attach | concurrently$/.test(action.words));
  const mode = isWeaker ? "ShareUpdateExclusiveLock" : strongestLock(tokens);
  const partitions = moved.flatMap((action) => namesIn(action.tokens.slice(2)).slice(0, 1));
  return [
    ...targets.map((name) => ({ name, mode })),
    ...referenced,
    ...(targets.length === 0 ? [] : partitions.map((name) => ({ name, mode: "AccessExclusiveLock" as const }))),
  ];
}

/** The tables to which new foreign keys refer: their triggers need SHARE ROW EXCLUSIVE (PostgreSQL documentation, "ALTER TABLE"). */
function referencedBy(tokens: readonly Token[], words: string): readonly CertainLock[] {
  // With a condition, nothing is certain.
  if (!/^(create|alter) (temp(orary)? |unlogged |foreign )?table /.test(words) || /\bif (not )?exists\b/.test(words)) return [];
  return tokens.flatMap(({ kind, text }, at) =>
    kind === "word" && text.toLowerCase() === "references"
      ? namesIn(tokens.slice(at + 1))
          .slice(0, 1)
          .map((name) => ({ name, mode: "ShareRowExclusiveLock" as const }))
      : [],
  );
}
