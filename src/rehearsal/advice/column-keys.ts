import { type Token, tokensOf } from "../../postgres/sql/tokens.ts";
import { type Action, actionOf, lower, textOf } from "../sql/alter-table.ts";
import { chosenName, onlyColumn } from "../sql/chosen-name.ts";
import { type AddedColumn, clauseOf, type ColumnClause, isKey } from "../sql/column-clauses.ts";
import { plainName } from "../sql/names.ts";
import { type Advice, inWords } from "./advice.ts";
import { adviceForConstraint } from "./constraints.ts";
import type { KnownNames } from "./known.ts";

interface LaterKeys {
  readonly sql: readonly string[];
  /** One of them has no safer way in SQL. */
  readonly isInWords: boolean;
}

/** The keys and checks of a new column that has its values, as for a column that exists. Pure. */
export function keysOf(table: string, column: AddedColumn, major: number, known: KnownNames): LaterKeys {
  const found = column.clauses.filter(isKey).map((clause) => {
    const action = constraintOf(table, column.name, clause, known);
    // One that is not enforced reads nothing.
    return adviceForConstraint(table, action, major, known)?.sql ?? [`alter table ${table} ${textOf(action.tokens)}`];
  });
  return { sql: found.flat(), isInWords: found.some((sql) => sql.length === 0) };
}

/** The keys and checks of a new column read all rows, also where the column itself is a change of the catalog only. Pure. */
export function forKeysOnly(
  table: string,
  tokens: readonly Token[],
  column: AddedColumn,
  major: number,
  known: KnownNames,
): Advice | undefined {
  const value = textOf(clauseOf(column, "default")).toLowerCase();
  if (column.clauses.some(({ kind }) => kind === "not")) known.notNull?.add(plainName(column.name));
  // A foreign key without another value than NULL is not validated (PostgreSQL source, transformAlterTableStmt).
  const isRead = (clause: ColumnClause): boolean => isKey(clause) && (clause.kind !== "references" || /^default (?!null\b)/.test(value));
  const found = column.clauses.filter(isRead).flatMap((clause) => {
    const advice = adviceForConstraint(table, constraintOf(table, column.name, clause, known), major, known);
    return advice === undefined ? [] : { clause, advice };
  });
  if (found.length === 0) return undefined;
  const text =
    "The keys and checks of a new column make Postgres read all rows under a strong lock. Add the column without them, which changes only the catalog, and add them afterwards, as for a column that exists.";
  if (found.some(({ advice }) => advice.sql.length === 0))
    return inWords(`${text} ${found.find(({ advice }) => advice.sql.length === 0)?.advice.text ?? ""}`);
  const left = new Set(found.flatMap(({ clause }) => clause.tokens));
  return {
    text,
    sql: [`alter table ${table} ${textOf(tokens.filter((token) => !left.has(token)))}`, ...found.flatMap(({ advice }) => advice.sql)],
    isRunnable: found.every(({ advice }) => advice.isRunnable),
  };
}

/** The constraint of a table that is equal to one of a column, with the name that Postgres gives it. */
function constraintOf(table: string, column: string, { kind, tokens }: ColumnClause, { taken, columns }: KnownNames): Action {
  const isNamed = lower(tokens[0]) === "constraint";
  const body = isNamed ? tokens.slice(2) : tokens;
  const ending = { check: "check", unique: "key", references: "fkey" }[kind] ?? "pkey";
  // A check of a column can use others too.
  const used = kind === "check" ? onlyColumn(body, columns && new Set([...columns, plainName(column)])) : plainName(column);
  const name = isNamed ? tokens[1]?.text : chosenName(table, kind === "primary" ? undefined : used, ending, taken);
  // Of a table, NULLS NOT DISTINCT is before the columns.
  const nulls = /^unique( nulls (?:not )?distinct)?/i.exec(textOf(body))?.[1] ?? "";
  const words = { check: 1, unique: 1 + nulls.split(" ").filter(Boolean).length, primary: 2 }[kind] ?? 0;
  const head =
    { check: "check", unique: `unique${nulls} (${column})`, primary: `primary key (${column})` }[kind] ?? `foreign key (${column})`;
  return actionOf(tokensOf(`add constraint ${name} ${head} ${textOf(body.slice(words))}`));
}
