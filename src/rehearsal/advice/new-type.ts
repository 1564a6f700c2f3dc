import { type Action, lower, textOf } from "../sql/alter-table.ts";
import { chosenName } from "../sql/chosen-name.ts";
import { derivedName, plainName } from "../sql/names.ts";
import { withoutLiterals } from "../sql/shown.ts";
import type { TableFacts } from "../table-facts.ts";
import { type Advice, inWords } from "./advice.ts";
import { unsafeConversion } from "./conversion.ts";
import { unsafeBatches, unsafeSwap, unsafeTrigger } from "./hindrances.ts";
import { partsOf } from "./swap-parts.ts";
import { swapStatements } from "./swap.ts";
import { forUtc } from "./time-zone.ts";

const STEPS =
  "Add a second column of the new type, keep it equal with a trigger, fill it in batches, create its indexes concurrently, and replace the old column in one transaction.";
const PLACE =
  "The column becomes the last one of the table: first change code that relies on the order of columns (INSERT and COPY without a list of columns, SELECT *).";

/** Changes that write no row (PostgreSQL documentation, "ALTER TABLE", notes). The statement does not show the old type. */
function exceptionFor(type: string): string {
  if (/^(varchar|character varying|text)\b/i.test(type))
    return " From a shorter varchar Postgres writes no row: keep that change as it is.";
  if (!/^(numeric|decimal)\b/i.test(type)) return "";
  return " From a numeric of the same scale and a lower precision Postgres writes no row: keep that change as it is.";
}

/** The safer way to give a column another type: a second column, which replaces it. Statements only where they are complete. Pure. */
export function forType({ tokens }: Action, facts: TableFacts | undefined): Advice {
  const written = tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "";
  const at = tokens.findIndex((token) => lower(token) === "type");
  const using = tokens.findIndex((token) => lower(token) === "using");
  const type = textOf(tokens.slice(at + 1, using < 0 ? undefined : using));
  const value = using < 0 ? undefined : tokens.slice(using + 1);
  const exception = value === undefined ? exceptionFor(type) : "";
  const column = facts?.columns.find(({ name }) => name === plainName(written));
  const refuse = (reason: string): Advice =>
    inWords(
      `Postgres writes all rows under a strong lock for another type. The usual way around that: ${STEPS} There is SQL for it only where the result is the same; here there is none, because ${reason}. Do it in a maintenance window, or write these steps for this table, with everything that belongs to the column: default, NOT NULL, sequence, keys, indexes, checks and comment.${exception}`,
    );
  if (facts === undefined || column === undefined)
    return refuse(
      "the table and its column are not known from the state before the migrations, or the statement changes more than this column",
    );
  const utc = value && forUtc({ table: facts.written, column: written, from: column.type, to: type, using: value });
  if (utc !== undefined) return utc;
  const names = {
    column: written,
    added: derivedName([written], "new"),
    trigger: derivedName(["zzz", plainName(written)], "new"),
    notNull: derivedName([written], "new_not_null"),
  };
  const parts = partsOf(column, names);
  const own = chosenName(facts.written, column.name, "not_null", new Set());
  const reason =
    unsafeSwap(facts, column) ??
    unsafeBatches(facts) ??
    unsafeTrigger(facts, plainName(names.trigger)) ??
    unsafeConversion(column, type, value, facts.columns) ??
    (facts.columns.some(({ name }) => name === plainName(names.added)) ? `the table has a column ${names.added}` : undefined) ??
    (column.constraints.some(({ kind, name }) => kind === "n" && plainName(name) !== plainName(own))
      ? "its NOT NULL constraint has a name of its own"
      : undefined) ??
    (typeof parts === "string" ? parts : undefined);
  if (reason !== undefined || typeof parts === "string") return refuse(reason ?? "");
  const write = (expression: string): readonly string[] =>
    swapStatements({ table: facts, column, names, type, parts, value: expression, isConverted: value !== undefined });
  const sql = write(value === undefined ? written : textOf(value));
  const shown = write(value === undefined ? written : withoutLiterals(value, Infinity));
  const later = value === undefined ? "" : " From the trigger on, a new value that cannot be converted is refused.";
  return {
    text: `${STEPS} The last transaction fails and changes nothing while a step is missing, a row differs or the table is another one than in the rehearsal. The old column is dropped in it.${later} ${PLACE}${exception}`,
    sql,
    bodies: new Map(sql.map((each, place) => [each, shown[place] ?? each])),
    isRunnable: false,
  };
}
