import { bracketed, textOf } from "../sql/alter-table.ts";
import { type AddedColumn, addedColumn, clauseOf, type ColumnClause, isKey, notNullOf } from "../sql/column-clauses.ts";
import { type Advice, inBatches, inWords } from "./advice.ts";
import { forKeysOnly, keysOf } from "./column-keys.ts";
import { volatilityOf } from "./default-value.ts";
import type { KnownNames } from "./known.ts";
import { forNotNull } from "./not-null.ts";
import { forNumbers, integerType } from "./numbered-column.ts";
import { filledByTrigger } from "./trigger.ts";
import type { Token } from "../../postgres/sql/tokens.ts";

const KINDS: ReadonlySet<string> = new Set(["default", "not", "null", "generated", "check", "unique", "primary", "references"]);

/** The safer way to add a column. Undefined where nothing is written or read for it, such as with a constant default. Pure. */
export function forNewColumn(table: string, tokens: readonly Token[], major: number, known: KnownNames): Advice | undefined {
  const column = addedColumn(tokens);
  const way = wayOf(table, tokens, column, major, known);
  if (way === undefined || way.sql.length === 0) return way;
  // What the advice cannot take over must not be lost in its statements.
  const isRead = column.clauses.every(
    (clause) => KINDS.has(clause.kind) && (clause.kind !== "not" || notNullOf(clause) !== undefined || !isSplit(column)),
  );
  const keys = isSplit(column) ? keysOf(table, column, major, known) : undefined;
  if (!isRead || keys?.isInWords === true) return inWords(`${way.text}${UNREAD}`);
  return keys === undefined ? way : { ...way, sql: [...way.sql, ...keys.sql] };
}

const UNREAD = " There are no statements for it here, because a part of this column cannot be added in such steps with the same result.";

/** Whether its NOT NULL and its keys come after its values. */
function isSplit(column: AddedColumn): boolean {
  const generated = textOf(clauseOf(column, "generated"));
  const isNumbered = integerType(column.type) !== column.type || /\bidentity\b/i.test(generated);
  return isNumbered || /\bstored\b/i.test(generated) || volatilityOf(clauseOf(column, "default").slice(1)) !== "no";
}

function wayOf(table: string, tokens: readonly Token[], column: AddedColumn, major: number, known: KnownNames): Advice | undefined {
  if (known.domains?.has(column.type.replaceAll('"', "").toLowerCase()) === true) return inWords(OF_DOMAIN);
  const generated = clauseOf(column, "generated");
  if (/\bstored\b/i.test(textOf(generated))) return forStored(table, column, generated, major, known);
  const isIdentity = /\bidentity\b/i.test(textOf(generated));
  if (isIdentity || integerType(column.type) !== column.type)
    return forNumbers(table, column, isIdentity ? generated : undefined, major, known);
  const value = clauseOf(column, "default").slice(1);
  const volatility = volatilityOf(value);
  if (volatility === "no") return forKeysOnly(table, tokens, column, major, known);
  return forVolatileDefault(table, column, textOf(value), volatility, major, known);
}

const OF_DOMAIN =
  "The type is a domain with a check or NOT NULL, so Postgres writes all rows under a strong lock to prove it, whatever the default is. No statements have the same result without that. A column of the domain's base type, with its check on the table as NOT VALID, validated in a transaction of its own, writes and blocks nothing.";

/** A default cannot name another column (PostgreSQL documentation, "CREATE TABLE"), so new rows need a trigger. */
function forStored(table: string, column: AddedColumn, generated: readonly Token[], major: number, known: KnownNames): Advice {
  const { name, type, clauses } = column;
  const value = textOf(
    bracketed(
      generated,
      generated.findIndex(({ text }) => text === "("),
    ).slice(1, -1),
  );
  const { triggers, batch, bodies } = filledByTrigger({ table, about: name, column: name, value });
  const others = clauses.some(isKey) ? " Its keys and checks come afterwards, as for a column that exists." : "";
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
      ...clauses.flatMap((clause) => requiredAfterwards(table, name, clause, major, known)),
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
  const others = clauses.some(isKey) ? " Its keys and checks come afterwards, as for a column that exists." : "";
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
      ...clauses.flatMap((clause) => requiredAfterwards(table, name, clause, major, known)),
    ],
  );
}

function requiredAfterwards(table: string, name: string, clause: ColumnClause, major: number, known: KnownNames): readonly string[] {
  return clause.kind === "not" ? forNotNull(table, name, major, known, notNullOf(clause)?.name).sql : [];
}
