import type { Advice } from "./advice.ts";
import { derivedName } from "../sql/names.ts";
import { type Action, lower, textOf } from "../sql/alter-table.ts";
import { filledByTrigger } from "./trigger.ts";

/** Changes that write no row (PostgreSQL documentation, "ALTER TABLE", notes). The statement does not show the old type. */
function exceptionFor(type: string): string {
  if (/^(varchar|character varying|text)\b/i.test(type))
    return " From a shorter varchar Postgres writes no row: keep that change as it is.";
  if (!/^(numeric|decimal)\b/i.test(type)) return "";
  return " From a numeric of the same scale and a lower precision Postgres writes no row: keep that change as it is.";
}

/** The safer way to give a column another type: a second column, which takes its name when it has all values. Pure. */
export function forType(table: string, tokens: Action["tokens"]): Advice {
  const column = tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "";
  const at = tokens.findIndex((token) => lower(token) === "type");
  const using = tokens.findIndex((token) => lower(token) === "using");
  const type = textOf(tokens.slice(at + 1, using < 0 ? undefined : using));
  const [added, old] = [derivedName([column], "new"), derivedName([column], "old")];
  const value = using < 0 ? `${column}::${type}` : textOf(tokens.slice(using + 1));
  const assigned = using < 0 ? `new.${column}` : undefined;
  const { triggers, batch, guard, drops, bodies } = filledByTrigger({ table, about: column, column: added, value, assigned });
  return {
    text: `Add a second column of the new type, keep it equal with a trigger, fill it in batches, and swap the names in one transaction when no code uses the old column any more. Repeat the update until it changes no row: the swap fails while a row is not filled. The new column has no default, no NOT NULL, no identity, no key, no index and no comment of the old one: create these before the swap, indexes concurrently and keys by USING INDEX, and validate checks and foreign keys on their own. If the old column is NOT NULL, drop that in the swap too, so that new rows do not need it.${using < 0 ? exceptionFor(type) : ""}`,
    sql: [
      `alter table ${table} add column ${added} ${type}`,
      ...triggers,
      batch,
      "begin",
      guard,
      ...drops,
      `alter table ${table} rename column ${column} to ${old}`,
      `alter table ${table} rename column ${added} to ${column}`,
      "commit",
    ],
    bodies,
    isRunnable: false,
  };
}
