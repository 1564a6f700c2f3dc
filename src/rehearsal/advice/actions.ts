import { type Action, readAlterTable, textOf } from "../sql/alter-table.ts";
import { type Token, tokensOf } from "../../postgres/sql/tokens.ts";
import type { Advice } from "./advice.ts";
import { adviceForColumn } from "./columns.ts";
import { addedColumn } from "../sql/column-clauses.ts";
import { plainName } from "../sql/names.ts";
import { adviceForConstraint, type Dropped } from "./constraints.ts";
import { type KnownNames, nothingKnown } from "./known.ts";

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
  /^add (?:constraint \S+ )?(?:unique|primary key) using index (?!tablespace )/,
  // Only where the column is NOT NULL: otherwise it has advice.
  /^alter (?:column )?\S+ set not null$/,
];
/** A constraint of a parent that is not inherited. Other actions with ONLY are refused for it, or leave its children as they are. */
const OF_PARENT_ONLY = /^add (?:constraint \S+ )?(?:check .* no inherit\b|foreign |unique |primary )/;

/** The safer way for an ALTER TABLE. Only its costly actions are replaced. Undefined where no action has a safer way. Pure. */
export function forActions(
  tokens: readonly Token[],
  major: number,
  { taken, columns, notNull, ...rest }: KnownNames = nothingKnown(),
): Advice | undefined {
  const statement = readAlterTable(tokens);
  if (statement === undefined) return undefined;
  const { table, actions, isOnly } = statement;
  const isOfParent = isOnly && rest.hasChildren === true;
  if (isOfParent && (rest.partitions !== undefined || !actions.every(({ words }) => OF_PARENT_ONLY.test(words)))) return undefined;
  const dropped = actions.flatMap(droppedBy);
  const added = actions.filter(isNewColumn).map((action) => plainName(addedColumn(action.tokens).name));
  // Each advice takes names, and only for this statement.
  const known: KnownNames = {
    ...rest,
    taken: new Set([...taken].filter((name) => !dropped.some((each) => each.name === name))),
    columns: columns && new Set([...columns, ...added]),
    notNull: notNull && new Set(notNull),
  };
  const head = `alter table ${isOfParent ? "only " : ""}${table}`;
  const withHead = (advice: Advice): Advice =>
    isOfParent ? { ...advice, sql: advice.sql.map((each) => each.replace(`alter table ${table} `, () => `${head} `)) } : advice;
  const found = actions.map((action) => {
    const advice = adviceForAction(table, action, { major, isAlone: actions.length === 1, known, dropped });
    return { action, advice: advice && withHead(advice) };
  });
  const ways = found.flatMap(({ advice }) => advice ?? []);
  const [only, second] = ways;
  if (only === undefined) return undefined;
  if (second === undefined && actions.length === 1) return only;
  const sql = ways.flatMap((each) => each.sql);
  const costly = found.flatMap(({ action, advice }) => (advice === undefined ? [] : action));
  // What the statement drops is a part of those that replace it.
  const isReplaced = (action: Action): boolean =>
    droppedBy(action).some(({ text }) => sql.some((each) => each.startsWith(`${head} ${text}, add`)));
  const others = found.flatMap(({ action, advice }) => (advice === undefined && !isReplaced(action) ? action : []));
  const kept = others.filter(isHarmless);
  const hasSql = sql.length > 0;
  const isFirst = (action: Action): boolean => isNewColumn(action) || freesName(action, costly, sql);
  const keptSql = (each: readonly Action[]): readonly string[] =>
    !hasSql || each.length === 0 ? [] : [`${head} ${each.map((action) => textOf(action.tokens)).join(", ")}`];
  const isWhole = kept.length === others.length && ways.every((each) => each.sql.length > 0);
  return {
    text: [...new Set(ways.map(({ text }) => text))].join(" ") + (hasSql ? (isWhole ? "" : REST) + (kept.length > 0 ? KEPT : "") : ""),
    sql: [
      ...keptSql(kept.filter(isFirst)),
      ...sql,
      // A constraint is dropped, and a default set, when what the costly actions make is there.
      ...keptSql(kept.filter((action) => !isFirst(action))),
    ],
    bodies: new Map(ways.flatMap(({ bodies = [] }) => [...bodies])),
    isRunnable: isWhole && ways.every(({ isRunnable }) => isRunnable),
  };
}

interface Surroundings {
  readonly major: number;
  readonly isAlone: boolean;
  readonly known: KnownNames;
  readonly dropped: readonly Dropped[];
}

function adviceForAction(table: string, action: Action, { major, isAlone, known, dropped }: Surroundings): Advice | undefined {
  // Other actions beside it make its lock a strong one.
  if (!isAlone && action.words.startsWith("validate constraint ")) {
    const text = "Validate the constraint in a statement of its own, which blocks neither readers nor writers.";
    return { text, sql: [`alter table ${table} ${textOf(action.tokens)}`], isRunnable: true };
  }
  return adviceForConstraint(table, action, major, known, dropped) ?? adviceForColumn(table, action, major, known);
}

/** Of an action without advice. */
function isHarmless(action: Action): boolean {
  return isNewColumn(action) || CATALOG_ONLY.some((pattern) => pattern.test(action.words));
}

function isNewColumn({ words }: Action): boolean {
  return /^add (?!(?:constraint|foreign|check|unique|primary|exclude|not)\b)/.test(words);
}

/** The constraint that an action drops. */
function droppedBy({ tokens, words }: Action): readonly Dropped[] {
  if (!words.startsWith("drop constraint ")) return [];
  const at = words.startsWith("drop constraint if exists ") ? 4 : 2;
  return [{ name: plainName(tokens[at]?.text ?? ""), text: textOf(tokens) }];
}

/** Whether it drops what a costly action creates again under the same name, or its advice. */
function freesName({ tokens, words }: Action, costly: readonly Action[], sql: readonly string[]): boolean {
  const names = new Set(namesOf(tokens.slice(1)));
  for (const word of ["column", "constraint", "if", "exists", "cascade", "restrict"]) names.delete(word);
  const made = [...costly.map((action) => action.tokens), ...sql.map((each) => tokensOf(each))].flatMap(namesOf);
  return words.startsWith("drop ") && made.some((name) => names.has(name));
}

function namesOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap(({ kind, text }) => (kind === "word" || kind === "name" ? plainName(text) : []));
}
