import type { Token } from "../../postgres/sql/tokens.ts";
import { lower, readAlterTable } from "./alter-table.ts";
import { namesIn } from "./names.ts";

/** Words between what a statement does and the name of the object. */
const BETWEEN: ReadonlySet<string> = new Set("column constraint index concurrently if not exists only unique trigger".split(" "));
const DOES: ReadonlySet<string> = new Set(["add", "drop", "alter", "rename", "validate"]);
/** A constraint without a name. */
const UNNAMED: ReadonlySet<string> = new Set(["primary", "foreign", "check", "exclude", "on", "to"]);

/** The names of the columns, constraints and indexes that a statement changes or makes, as it has them. Not of its table. Pure. */
export function changedNames(tokens: readonly Token[]): readonly string[] {
  const statement = readAlterTable(tokens);
  const made = lower(tokens[0]) === "create" || lower(tokens[0]) === "drop" ? [tokens] : [];
  const actions = statement?.actions.map((action) => action.tokens) ?? made;
  return actions.flatMap((action) => {
    if (statement !== undefined && !DOES.has(lower(action[0]))) return [];
    const at = action.findIndex((token, index) => index > 0 && (token.kind === "name" || !BETWEEN.has(lower(token))));
    const name = action[at];
    if (name === undefined || (name.kind === "word" && UNNAMED.has(lower(name)))) return [];
    return statement === undefined && !action.slice(1, at).some((token) => ["index", "trigger"].includes(lower(token)))
      ? []
      : (namesIn(action.slice(at))[0]?.slice(-1) ?? []);
  });
}
