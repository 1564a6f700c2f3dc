import type { Token } from "../../postgres/sql/tokens.ts";
import { bracketed, textOf } from "../sql/alter-table.ts";
import { chosenName } from "../sql/chosen-name.ts";
import { type AddedColumn, notNullOf } from "../sql/column-clauses.ts";
import { plainName, schemaPart } from "../sql/names.ts";
import { type Advice, inBatches, inWords } from "./advice.ts";
import type { KnownNames } from "./known.ts";
import { forNotNull } from "./not-null.ts";

const TEXT =
  "A new column with a number for each row makes Postgres write all rows under a strong lock. Add an ordinary column that can be NULL, make a sequence its default for new rows, and fill the old rows in batches: repeat the update until it changes no row.";
const OF_IDENTITY =
  " Then it becomes an identity column that continues after the last number of that sequence, in one transaction that reads no row.";
/** Options of an identity that a sequence beside it cannot have. */
const OWN_OPTIONS = /\b(?:sequence|owned|logged|unlogged|restart)\b/i;

/** The integer type of the column of a `serial` type. Any other type is returned as it is. Pure. */
export function integerType(type: string): string {
  return type
    .replace(/^(bigserial|serial8)$/i, "bigint")
    .replace(/^(smallserial|serial2)$/i, "smallint")
    .replace(/^serial4?$/i, "integer");
}

/** `serial` and identity columns. `identity`: that clause. Pure. */
export function forNumbers(
  table: string,
  { name, type, clauses }: AddedColumn,
  identity: readonly Token[] | undefined,
  major: number,
  known: KnownNames,
): Advice {
  const own = integerType(type);
  const open = identity?.findIndex(({ text }) => text === "(") ?? -1;
  const options = identity === undefined || open < 0 ? "" : textOf(bracketed(identity, open).slice(1, -1));
  if (OWN_OPTIONS.test(options)) return inWords(TEXT);
  const sequence = schemaPart(table) + chosenName(table, plainName(name), identity === undefined ? "seq" : "fill", known.taken);
  const next = `nextval(${literal(sequence)})`;
  const given = clauses.flatMap((clause) => (clause.kind === "not" ? (notNullOf(clause)?.name ?? []) : []))[0];
  const sql = [
    `alter table ${table} add column ${name} ${own}`,
    [`create sequence ${sequence} as ${own}`, options, identity === undefined ? `owned by ${table}.${name}` : ""].filter(Boolean).join(" "),
    `alter table ${table} alter column ${name} set default ${next}`,
    `update ${table} set ${name} = ${next} where ${inBatches(table, `${name} is null`)}`,
    ...forNotNull(table, name, major, known, given).sql,
    ...(identity === undefined
      ? []
      : [
          "begin",
          `alter table ${table} alter column ${name} drop default, alter column ${name} add ${textOf(identity)}`,
          `select setval(pg_get_serial_sequence(${literal(table)}, ${literal(plainName(name))}), ${next}, false)`,
          `drop sequence ${sequence}`,
          "commit",
        ]),
  ];
  // Their literals are names, and options of the sequence that the schema shows.
  return {
    text: TEXT + (identity === undefined ? "" : OF_IDENTITY),
    sql,
    bodies: new Map(sql.map((each) => [each, each])),
    isRunnable: false,
  };
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
