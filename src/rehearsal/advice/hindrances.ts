import { type Advice, inWords } from "./advice.ts";
import { plainName } from "../sql/names.ts";
import type { ColumnFacts, TableFacts } from "../table-facts.ts";

/** Why rows of a table cannot be changed in batches as ALTER TABLE changes them. Undefined where they can. Pure. */
export function unsafeBatches(table: TableFacts): string | undefined {
  if (table.forcesRowSecurity)
    return "the policies of the table hold for its owner too (FORCE ROW LEVEL SECURITY), and can hide rows from the batches and the check";
  const fired = table.triggers.find(({ onUpdate }) => onUpdate);
  return fired && `the batches would fire the trigger ${fired.name} for each row, which ALTER TABLE does not`;
}

/** Why a trigger cannot keep another column equal. `trigger`: its name. Pure. */
export function unsafeTrigger(table: TableFacts, trigger: string): string | undefined {
  if (table.hasChildren && !table.isPartitioned) return "other tables inherit from the table, and its triggers do not fire for their rows";
  const later = table.triggers.find(({ name, isBeforeRow }) => isBeforeRow && Buffer.compare(Buffer.from(name), Buffer.from(trigger)) > 0);
  return later && `the trigger ${later.name} fires after the one that would keep the columns equal, and can change the row again`;
}

/** Why a column cannot be replaced by another one with everything that belongs to it. Pure. */
export function unsafeSwap(table: TableFacts, column: ColumnFacts): string | undefined {
  if (table.isPartitioned) return "the table is partitioned";
  if (!table.isPlain)
    return "the table inherits or is inherited from, is a partition, has a rule or a type of its own, or is in a publication";
  if (column.isGenerated) return "the column is generated";
  if (column.hasSettings)
    return "the column or its sequence has a collation, statistics, storage, options, privileges or limits of its own";
  const [other] = column.others;
  if (other !== undefined) return `another object depends on the column: ${other}`;
  const special = [...column.indexes, ...column.constraints].find(({ isSpecial }) => isSpecial);
  if (special) return `${special.name} is not valid, or has a comment, a tablespace or a mark of its own`;
  return undefined;
}

/** Advice for a new column without its statements where its batches or its trigger are not safe. Pure. */
export function withSafeBatches(advice: Advice, table: TableFacts | undefined): Advice {
  if (table === undefined || !advice.sql.some((each) => each.includes("ctid = any"))) return advice;
  const trigger = advice.sql.map((each) => /^create trigger ("(?:[^"]|"")*"|\S+) /.exec(each)?.[1]).find((name) => name !== undefined);
  const reason = unsafeBatches(table) ?? (trigger === undefined ? undefined : unsafeTrigger(table, plainName(trigger)));
  return reason === undefined ? advice : inWords(`${advice.text} There is no SQL for it here, because ${reason}.`);
}
