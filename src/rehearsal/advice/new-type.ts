import { type Advice, inBatches } from "./advice.ts";
import { derivedName, schemaPart } from "../sql/names.ts";
import { type Action, lower, textOf } from "../sql/alter-table.ts";

/** The safer way to give a column another type: a second column, which takes its name when it has all values. Pure. */
export function forType(table: string, tokens: Action["tokens"]): Advice {
  const column = tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "";
  const at = tokens.findIndex((token) => lower(token) === "type");
  const using = tokens.findIndex((token) => lower(token) === "using");
  const type = textOf(tokens.slice(at + 1, using < 0 ? undefined : using));
  const [added, old] = [derivedName([column], "new"), derivedName([column], "old")];
  const value = using < 0 ? `${column}::${type}` : textOf(tokens.slice(using + 1));
  // Only rows whose new value is not NULL can be counted as done.
  const missing = `${added} is null and (${value}) is not null`;
  const trigger = added;
  const call = schemaPart(table) + derivedName([table, column], "new");
  const body = `begin new.${added} := new.${column}; return new; end`;
  const create = `create function ${call}() returns trigger language plpgsql as $$ ${body} $$`;
  const triggers = [create, `create trigger ${trigger} before insert or update on ${table} for each row execute function ${call}()`];
  const drops = [`drop trigger ${trigger} on ${table}`, `drop function ${call}()`];
  return {
    text: `Add a second column of the new type, keep it equal with a trigger${using < 0 ? "" : " that computes it in the same way"}, fill it in batches (repeat the update until it changes no row), and swap the names in one transaction when no code uses the old column any more. The new column has no default, no NOT NULL, no identity, no key, no index and no comment of the old one: create these before the swap, indexes concurrently and keys by USING INDEX, and validate checks and foreign keys on their own.`,
    sql: [
      `alter table ${table} add column ${added} ${type}`,
      ...(using < 0 ? triggers : []),
      `update ${table} set ${added} = ${value} where ${inBatches(table, missing)}`,
      "begin",
      ...(using < 0 ? drops : []),
      `alter table ${table} rename column ${column} to ${old}`,
      `alter table ${table} rename column ${added} to ${column}`,
      "commit",
    ],
    own: [create],
    isRunnable: false,
  };
}
