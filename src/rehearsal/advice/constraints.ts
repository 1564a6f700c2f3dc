import { type Advice, inWords } from "./advice.ts";
import { chosenName, columnsInName, onlyColumn, type TakenNames } from "../sql/chosen-name.ts";
import { derivedName, plainName } from "../sql/names.ts";
import { type Action, bracketed, lower, textOf } from "../sql/alter-table.ts";

/** The names that exist: those of constraints without one are chosen beside them. */
export interface KnownNames {
  readonly taken: TakenNames;
  /** The columns of the table, where they are known. */
  readonly columns?: ReadonlySet<string> | undefined;
}

/** The safer way for an action that adds a constraint, or `set not null`. Undefined for other actions. Pure. */
export function adviceForConstraint(table: string, action: Action, major: number, known: KnownNames): Advice | undefined {
  const { tokens, words } = action;
  const notNull = /^alter (?:column )?(\S+) set not null$/.exec(words);
  if (notNull !== null) return forNotNull(table, tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "", major, known);
  if (!/^add (constraint |foreign |check |unique |primary |exclude )/.test(words)) return undefined;
  const isNamed = lower(tokens[1]) === "constraint";
  const body = isNamed ? tokens.slice(3) : tokens.slice(1);
  const kind = lower(body[0]);
  const name = isNamed ? (tokens[2]?.text ?? "") : nameOf(table, body, kind, known);
  if (kind === "foreign" || kind === "check") return validateLater(table, name, textOf(body), kind);
  if (kind === "unique" || kind === "primary") return withIndex(table, name, body, kind);
  return inWords("An exclusion constraint can only be added under a strong lock: add it while nobody uses the table, or to a new table.");
}

/** The name that Postgres gives a constraint without one. */
function nameOf(table: string, body: Action["tokens"], kind: string, { taken, columns }: KnownNames): string {
  const open = body.findIndex(({ text }) => text === "(");
  if (kind === "primary") return chosenName(table, undefined, "pkey", taken);
  if (kind === "check") return chosenName(table, onlyColumn(bracketed(body, open), columns), "check", taken);
  // The second list of a foreign key is that of the other table.
  const key = kind === "foreign" ? bracketed(body, open) : body;
  return chosenName(table, columnsInName(key), kind === "foreign" ? "fkey" : "key", taken);
}

function validateLater(table: string, name: string, body: string, kind: "foreign" | "check"): Advice | undefined {
  if (/\bnot\s+valid\b/i.test(body)) return undefined;
  return {
    text: `Add the ${kind === "check" ? "check" : "foreign key"} as NOT VALID, which reads no row, and validate it in a transaction of its own, which blocks neither readers nor writers.`,
    sql: [`alter table ${table} add constraint ${name} ${body} not valid`, `alter table ${table} validate constraint ${name}`],
    isRunnable: true,
  };
}

function withIndex(
  table: string,
  name: string,
  body: readonly { readonly text: string }[],
  kind: "unique" | "primary",
): Advice | undefined {
  const tokens = body as Parameters<typeof bracketed>[0];
  const open = tokens.findIndex(({ text }) => text === "(");
  if (open < 0) return undefined;
  const rest = tokens.slice(open + bracketed(tokens, open).length);
  const label = kind === "unique" ? "unique" : "primary key";
  const advice = {
    text: `Build the unique index concurrently first, and make it the ${label}'s index: then only a moment needs a strong lock.`,
    sql: [
      `create unique index concurrently ${name} on ${table} ${textOf(bracketed(tokens, open))}`,
      `alter table ${table} add constraint ${name} ${label} using index ${name}`,
    ],
  };
  // A primary key also makes its columns NOT NULL, which reads the table under the strong lock.
  return { ...advice, isRunnable: rest.length === 0 };
}

/** `set not null` for a column that exists. Pure. */
export function forNotNull(table: string, column: string, major: number, { taken }: KnownNames): Advice {
  // PostgreSQL 18 has NOT NULL constraints that are not valid yet (release notes of PostgreSQL 18).
  if (major >= 18) {
    const name = chosenName(table, plainName(column), "not_null", taken);
    return {
      text: "Add the NOT NULL constraint as NOT VALID, and validate it in a transaction of its own, which blocks neither readers nor writers.",
      sql: [`alter table ${table} add constraint ${name} not null ${column} not valid`, `alter table ${table} validate constraint ${name}`],
      isRunnable: true,
    };
  }
  const name = derivedName([column], "not_null");
  return {
    text: "Prove with a check that is validated in a transaction of its own that no value is NULL. SET NOT NULL then reads no row.",
    sql: [
      `alter table ${table} add constraint ${name} check (${column} is not null) not valid`,
      `alter table ${table} validate constraint ${name}`,
      `alter table ${table} alter column ${column} set not null`,
      `alter table ${table} drop constraint ${name}`,
    ],
    isRunnable: true,
  };
}
