import { type Action, readAlterTable, textOf } from "../sql/alter-table.ts";
import type { Token } from "../../postgres/sql/tokens.ts";
import type { Advice } from "./advice.ts";
import { adviceForColumn } from "./columns.ts";
import { addedColumn } from "../sql/column-clauses.ts";
import { plainName } from "../sql/names.ts";
import { adviceForConstraint, type KnownNames } from "./constraints.ts";

/** What is said where only some actions of an ALTER TABLE have a safer way. */
const REST = " The other actions of the statement are not in this advice: keep them in a statement of their own.";
const KEPT = " The other actions change only the catalog: they are kept as they are, in statements of their own.";

/** Actions that neither read nor write rows (PostgreSQL documentation, "ALTER TABLE"). New columns are decided by their own advice. */
const CATALOG_ONLY: readonly RegExp[] = [
  /^drop /,
  /^alter (?:column )?\S+ (?:set|drop) default\b/,
  /^alter (?:column )?\S+ (?:drop (?:not null|expression|identity)|add generated|set generated|restart)\b/,
  /^alter (?:column )?\S+ (?:set (?:statistics|storage|compression|\()|reset \()/,
  /^alter constraint (?!.*\benforced\b)/,
  /^(?:set|reset) \(/,
  /^(?:owner to|replica identity|enable|disable|force|no force|inherit|no inherit|cluster on|set without) /,
  /^add (?!column ).*\bnot (?:valid|enforced)$/,
  /^add (?:constraint \S+ )?unique using index \S+$/,
];

/** The safer way for an ALTER TABLE. Only its costly actions are replaced. Undefined where no action has a safer way. Pure. */
export function forActions(
  tokens: readonly Token[],
  major: number,
  { taken, columns }: KnownNames = { taken: new Set() },
): Advice | undefined {
  const statement = readAlterTable(tokens);
  if (statement === undefined) return undefined;
  const { table, actions } = statement;
  const added = actions.filter(isNewColumn).map((action) => plainName(addedColumn(action.tokens).name));
  // Each advice takes names, and only for this statement.
  const known = { taken: new Set(taken), columns: columns && new Set([...columns, ...added]) };
  const found = actions.map((action) => ({ action, advice: adviceForAction(table, action, major, actions.length === 1, known) }));
  const ways = found.flatMap(({ advice }) => advice ?? []);
  const [only, second] = ways;
  if (only === undefined) return undefined;
  if (second === undefined && actions.length === 1) return only;
  const costly = found.flatMap(({ action, advice }) => (advice === undefined ? [] : action));
  const others = found.flatMap(({ action, advice }) => (advice === undefined ? action : []));
  const kept = others.filter(isHarmless);
  const hasSql = ways.some(({ sql }) => sql.length > 0);
  const isFirst = (action: Action): boolean => isNewColumn(action) || freesName(action, costly);
  const keptSql = (each: readonly Action[]): readonly string[] =>
    !hasSql || each.length === 0 ? [] : [`alter table ${table} ${each.map((action) => textOf(action.tokens)).join(", ")}`];
  const isWhole = kept.length === others.length;
  return {
    text: [...new Set(ways.map(({ text }) => text))].join(" ") + (hasSql ? (isWhole ? "" : REST) + (kept.length > 0 ? KEPT : "") : ""),
    sql: [
      ...keptSql(kept.filter(isFirst)),
      ...ways.flatMap(({ sql }) => sql),
      // A constraint is dropped, and a default set, when what the costly actions make is there.
      ...keptSql(kept.filter((action) => !isFirst(action))),
    ],
    bodies: new Map(ways.flatMap(({ bodies = [] }) => [...bodies])),
    isRunnable: isWhole && ways.every(({ isRunnable }) => isRunnable),
  };
}

function adviceForAction(table: string, action: Action, major: number, isAlone: boolean, known: KnownNames): Advice | undefined {
  // Other actions beside it make its lock a strong one.
  if (!isAlone && action.words.startsWith("validate constraint ")) {
    const text = "Validate the constraint in a statement of its own, which blocks neither readers nor writers.";
    return { text, sql: [`alter table ${table} ${textOf(action.tokens)}`], isRunnable: true };
  }
  return adviceForConstraint(table, action, major, known) ?? adviceForColumn(table, action, major, known);
}

/** Of an action without advice. */
function isHarmless(action: Action): boolean {
  return isNewColumn(action) || CATALOG_ONLY.some((pattern) => pattern.test(action.words));
}

function isNewColumn({ words }: Action): boolean {
  return /^add (?!(?:constraint|foreign|check|unique|primary|exclude)\b)/.test(words);
}

/** Whether it drops what a costly action creates again under the same name. */
function freesName({ tokens, words }: Action, costly: readonly Action[]): boolean {
  const names = new Set(tokens.slice(1).flatMap(({ kind, text }) => (kind === "word" || kind === "name" ? text.toLowerCase() : [])));
  for (const word of ["column", "constraint", "if", "exists", "cascade", "restrict"]) names.delete(word);
  return words.startsWith("drop ") && costly.some((action) => action.tokens.some(({ text }) => names.has(text.toLowerCase())));
}
