import type { Token } from "../../postgres/sql/tokens.ts";
import { readAlterTable } from "./alter-table.ts";
import { canRewrite, type StatementKind } from "./kinds.ts";

/** Actions of ALTER TABLE that can write all rows again (PostgreSQL documentation, "ALTER TABLE", notes). */
const WRITES =
  /^(add (?!(constraint|foreign|check|unique|primary|exclude)\b)|alter (column )?\S+ ((set data )?type|set expression|add generated)\b|set (logged|unlogged|tablespace|access method|with|without oids)\b)/;

/** Whether a statement can write all rows of a table, or an index, to a new file by its text: a new name of the table does not. Pure. */
export function canRewriteTable({ kind, tokens }: { readonly kind: StatementKind; readonly tokens: readonly Token[] }): boolean {
  const statement = readAlterTable(tokens);
  return statement === undefined ? canRewrite(kind) : statement.actions.some((action) => WRITES.test(action.words));
}
