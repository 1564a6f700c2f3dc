import { type Advice, inWords } from "./advice.ts";
import { type Action, textOf } from "../sql/alter-table.ts";
import type { KnownNames } from "./known.ts";
import { forNewColumn } from "./new-column.ts";
import { forType } from "./new-type.ts";

/** The safer way for an action that changes columns, storage or partitions. Undefined for other actions. Pure. */
export function adviceForColumn(table: string, { tokens, words }: Action, major: number, known: KnownNames): Advice | undefined {
  if (/^add (?!(?:constraint|foreign|check|unique|primary|exclude|not)\b)/.test(words)) return forNewColumn(table, tokens, major, known);
  if (/^alter (?:column )?\S+ (?:set data )?type\b/.test(words)) return forType({ tokens, words }, known.facts);
  if (words.startsWith("attach partition ")) {
    return inWords(
      "Add a check to the new partition that implies its bounds, as NOT VALID, and validate it first. ATTACH PARTITION then reads no row. Drop the check afterwards.",
    );
  }
  if (/^detach partition (?!.*concurrently)/.test(words)) {
    const text = "Detach it concurrently, outside of a transaction: the parent is then not blocked.";
    return { text, sql: [`alter table ${table} ${textOf(tokens)} concurrently`], isRunnable: true };
  }
  if (/^set (logged|unlogged|tablespace|access method)\b/.test(words)) {
    return inWords(
      "Postgres can do this only by writing all rows under a strong lock. Do it in a maintenance window, or fill a new table and swap the names.",
    );
  }
  return undefined;
}
