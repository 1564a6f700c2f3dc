import type { Token } from "../../postgres/sql/tokens.ts";
import { lower, readAlterTable } from "./alter-table.ts";
import { wordsOf } from "./kinds.ts";

/** Actions of ALTER TABLE that change the named table only, also without ONLY (PostgreSQL documentation, "ALTER TABLE"). */
const OWN =
  /^(rename to |owner to |set schema |(no )?force row |(enable|disable) row |(enable|disable) (replica |always )?rule |replica identity |(set|reset) \(|cluster on |set without |(attach|detach) partition |(no )?inherit |set (logged|unlogged)|of |not of)/;

/** Whether what a statement does to a table reaches its partitions and the tables that inherit from it. Pure. */
export function recurses(tokens: readonly Token[]): boolean {
  const words = wordsOf(tokens);
  if (
    /^(lock|truncate|reindex|vacuum|cluster|analyze|drop table|create (unique )?index|create (or replace )?(constraint )?trigger)\b/.test(
      words,
    )
  )
    return lower(tokens[nameAt(tokens)]) !== "only";
  const statement = readAlterTable(tokens);
  if (statement === undefined || /^alter table (if exists )?only /.test(words)) return false;
  return statement.actions.some((action) => !OWN.test(action.words));
}

/** Where ONLY can be: before the name of the table. */
function nameAt(tokens: readonly Token[]): number {
  const on = tokens.findIndex((token) => lower(token) === "on");
  if (lower(tokens[0]) === "create") return on + 1;
  return lower(tokens[1]) === "table" ? 2 : 1;
}
