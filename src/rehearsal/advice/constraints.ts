import { type Advice, inWords } from "./advice.ts";
import { derivedName } from "../sql/names.ts";
import { type Action, bracketed, lower, textOf } from "../sql/alter-table.ts";

/** The safer way for an action that adds a constraint, or `set not null`. Undefined for other actions. Pure. */
export function adviceForConstraint(table: string, action: Action, major: number): Advice | undefined {
  const { tokens, words } = action;
  const notNull = /^alter (?:column )?(\S+) set not null$/.exec(words);
  if (notNull !== null) return forNotNull(table, tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "", major);
  if (!/^add (constraint |foreign |check |unique |primary |exclude )/.test(words)) return undefined;
  const isNamed = lower(tokens[1]) === "constraint";
  const body = isNamed ? tokens.slice(3) : tokens.slice(1);
  const name = isNamed ? (tokens[2]?.text ?? "") : derivedName([table], "new");
  const kind = lower(body[0]);
  if (kind === "foreign" || kind === "check") return validateLater(table, name, textOf(body), kind);
  if (kind === "unique" || kind === "primary") return withIndex(table, name, body, kind);
  return inWords("An exclusion constraint can only be added under a strong lock: add it while nobody uses the table, or to a new table.");
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
export function forNotNull(table: string, column: string, major: number): Advice {
  const name = derivedName([column], "not_null");
  // PostgreSQL 18 has NOT NULL constraints that are not valid yet (release notes of PostgreSQL 18).
  if (major >= 18) {
    return {
      text: "Add the NOT NULL constraint as NOT VALID, and validate it in a transaction of its own, which blocks neither readers nor writers.",
      sql: [`alter table ${table} add constraint ${name} not null ${column} not valid`, `alter table ${table} validate constraint ${name}`],
      isRunnable: true,
    };
  }
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
