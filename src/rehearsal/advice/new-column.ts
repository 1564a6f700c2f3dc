import { tokensOf } from "../../postgres/sql/tokens.ts";
import { type Action, actionOf, bracketed, textOf } from "../sql/alter-table.ts";
import { addedColumn, type AddedColumn, type ColumnClause } from "../sql/column-clauses.ts";
import { chosenName, onlyColumn } from "../sql/chosen-name.ts";
import { plainName } from "../sql/names.ts";
import { type Advice, inBatches, inWords } from "./advice.ts";
import { adviceForConstraint, forNotNull, type KnownNames } from "./constraints.ts";
import { volatilityOf } from "./default-value.ts";
import { filledByTrigger } from "./trigger.ts";

/** The safer way to add a column. Undefined where nothing is written or read for it, such as with a constant default. Pure. */
export function forNewColumn(table: string, tokens: Action["tokens"], major: number, known: KnownNames): Advice | undefined {
  const column = addedColumn(tokens);
  const generated = clauseOf(column, "generated");
  if (/\bstored\b/i.test(textOf(generated))) return forStored(table, column, generated, major, known);
  if (/\bidentity\b/i.test(textOf(generated)) || /^(small|big)?serial\d?$/i.test(column.type)) {
    return inWords(
      "A new column with a number for each row makes Postgres write all rows under a strong lock. Add an ordinary column that can be NULL, create a sequence, set its next value as the default for new rows, and fill the old rows in batches.",
      [`alter table ${table} add column ${column.name} ${integerType(column.type)}`],
    );
  }
  const value = clauseOf(column, "default").slice(1);
  const volatility = volatilityOf(value);
  if (volatility === "no") return forKeys(table, tokens, column, major, known);
  return forVolatileDefault(table, column, textOf(value), volatility, major, known);
}

function integerType(type: string): string {
  return type
    .replace(/^(bigserial|serial8)$/i, "bigint")
    .replace(/^(smallserial|serial2)$/i, "smallint")
    .replace(/^serial4?$/i, "integer");
}

/** A default cannot name another column (PostgreSQL documentation, "CREATE TABLE"), so new rows need a trigger. */
function forStored(table: string, column: AddedColumn, generated: ColumnClause["tokens"], major: number, known: KnownNames): Advice {
  const { name, type, clauses } = column;
  const value = textOf(
    bracketed(
      generated,
      generated.findIndex(({ text }) => text === "("),
    ).slice(1, -1),
  );
  const { triggers, batch, bodies } = filledByTrigger({ table, about: name, column: name, value });
  const others = clauses.some(isKey) ? " Add its keys and checks afterwards, as for a column that exists." : "";
  const virtual =
    major < 18
      ? ""
      : " Or add it as a virtual column (VIRTUAL in place of STORED): this changes only the catalog, its value is computed when it is read, and it cannot have an index, a type or a function of the application.";
  return {
    text: `A stored generated column makes Postgres write all rows under a strong lock. Add an ordinary column, fill it for new and changed rows with a trigger, and for the old rows in batches: repeat the update until it changes no row. A default cannot do this, because it cannot name another column.${others}${virtual}`,
    sql: [
      `alter table ${table} add column ${name} ${type}`,
      ...triggers,
      batch,
      ...(clauses.some(({ kind }) => kind === "not") ? forNotNull(table, name, major, known).sql : []),
    ],
    bodies,
    isRunnable: false,
  };
}

function forVolatileDefault(
  table: string,
  column: AddedColumn,
  expression: string,
  volatility: "yes" | "perhaps",
  major: number,
  known: KnownNames,
): Advice {
  const { name, type, clauses } = column;
  const others = clauses.some(isKey) ? " Add its keys and checks afterwards, as for a column that exists." : "";
  const cause =
    volatility === "yes"
      ? "A default that differs for each row makes"
      : "A default with a volatile function (one that is not marked as stable or immutable) makes";
  return inWords(
    `${cause} Postgres write all rows under a strong lock. Add the column without it, set the default for new rows, and fill the old rows in batches: repeat the update until it changes no row.${others}`,
    [
      `alter table ${table} add column ${name} ${type}`,
      `alter table ${table} alter column ${name} set default ${expression}`,
      `update ${table} set ${name} = ${expression} where ${inBatches(table, `${name} is null`)}`,
      ...(clauses.some(({ kind }) => kind === "not") ? forNotNull(table, name, major, known).sql : []),
    ],
  );
}

/** The keys and checks of a new column read all rows, also where the column itself is a change of the catalog only. */
function forKeys(table: string, tokens: Action["tokens"], column: AddedColumn, major: number, known: KnownNames): Advice | undefined {
  const value = textOf(clauseOf(column, "default")).toLowerCase();
  // A foreign key without another value than NULL is not validated (PostgreSQL source, transformAlterTableStmt).
  const isRead = (clause: ColumnClause): boolean => isKey(clause) && (clause.kind !== "references" || /^default (?!null\b)/.test(value));
  const later = column.clauses.filter(isRead);
  if (later.length === 0) return undefined;
  const found = later.map((clause) => adviceForConstraint(table, constraintOf(table, column.name, clause, known), major, known));
  const left = new Set(later.flatMap((clause) => clause.tokens));
  return {
    text: "The keys and checks of a new column make Postgres read all rows under a strong lock. Add the column without them, which changes only the catalog, and add them afterwards, as for a column that exists.",
    sql: [`alter table ${table} ${textOf(tokens.filter((token) => !left.has(token)))}`, ...found.flatMap((advice) => advice?.sql ?? [])],
    isRunnable: found.every((advice) => advice?.isRunnable === true),
  };
}

/** The constraint of a table that is equal to one of a column, with the name that Postgres gives it. */
function constraintOf(table: string, column: string, { kind, tokens }: ColumnClause, { taken, columns }: KnownNames): Action {
  const isNamed = tokens[0]?.text.toLowerCase() === "constraint";
  const body = isNamed ? tokens.slice(2) : tokens;
  const ending = { check: "check", unique: "key", references: "fkey" }[kind] ?? "pkey";
  // A check of a column can use others too.
  const used = kind === "check" ? onlyColumn(body, columns && new Set([...columns, plainName(column)])) : plainName(column);
  const name = isNamed ? tokens[1]?.text : chosenName(table, kind === "primary" ? undefined : used, ending, taken);
  const words = { check: 1, unique: 1, primary: 2 }[kind] ?? 0;
  const head = { check: "check", unique: `unique (${column})`, primary: `primary key (${column})` }[kind] ?? `foreign key (${column})`;
  return actionOf(tokensOf(`add constraint ${name} ${head} ${textOf(body.slice(words))}`));
}

function isKey({ kind }: ColumnClause): boolean {
  return ["check", "unique", "primary", "references"].includes(kind);
}

function clauseOf({ clauses }: AddedColumn, kind: string): ColumnClause["tokens"] {
  return clauses.find((clause) => clause.kind === kind)?.tokens ?? [];
}
