import type { Token } from "../../postgres/sql/tokens.ts";
import { readAlterTable } from "./alter-table.ts";
import { wordsOf } from "./kinds.ts";
import { targetsOf } from "./targets.ts";

/** Statements that can lock tables that they do not name, if other objects depend on what they name (PostgreSQL documentation, the pages of the statements). */
const DEPENDENT =
  /^((drop|truncate|alter table|alter type) .*\bcascade\b|(drop|reassign) owned |alter domain .* (add|set not null|validate constraint)\b|(create|alter|drop) extension |alter (table|index|materialized view) all in tablespace |reindex (\( [^)]* \) )?(schema|database|system)\b)/;

/** Whether a statement can lock tables that its text does not name, so that only the catalog shows which. Pure. */
export function canLockUnnamed(tokens: readonly Token[]): boolean {
  const words = wordsOf(tokens);
  return DEPENDENT.test(words) || (/^(vacuum|cluster)\b/.test(words) && targetsOf(tokens).length === 0);
}

/** Whether a statement changes which partitions a table has: it also locks the default partition. Pure. */
export function changesPartitions(tokens: readonly Token[]): boolean {
  if (/^create (\S+ )?table .* partition of /.test(wordsOf(tokens))) return true;
  return (readAlterTable(tokens)?.actions ?? []).some(({ words }) => /^(attach|detach) partition /.test(words));
}

/** Whether a statement drops the tables that it names. Pure. */
export function dropsTables(tokens: readonly Token[]): boolean {
  return /^drop (foreign )?table /.test(wordsOf(tokens));
}

/** Whether a statement removes or rebuilds constraints of its table: for a foreign key it also locks the other table. Pure. */
export function changesConstraints(tokens: readonly Token[]): boolean {
  if (wordsOf(tokens).startsWith("truncate ")) return true;
  return (readAlterTable(tokens)?.actions ?? []).some(({ words }) => /^(drop |alter (column )?\S+ (set data )?type )/.test(words));
}
