import { type Advice, inWords } from "./advice.ts";
import { type Action, bracketed, lower, textOf } from "../sql/alter-table.ts";
import { chosenName, columnsInName, onlyColumn } from "../sql/chosen-name.ts";
import { plainName } from "../sql/names.ts";
import { readKey } from "./key.ts";
import { keyByIndex, partitionedKey } from "./key-by-index.ts";
import type { KnownNames } from "./known.ts";
import { forNotNull } from "./not-null.ts";
import { countOf, MOST_PARTITIONS } from "./partitioned-index.ts";
import { foreignKeyOfParts } from "./partitioned-foreign-key.ts";

const TEXT_OF_MANY =
  "The table has many partitions. Add the constraint to each partition in the way of a plain table first, and to the parent last: it takes those of the partitions.";

/** What an action drops in the same statement. */
export interface Dropped {
  /** The name of a constraint as in the catalog. */
  readonly name: string;
  /** The action. */
  readonly text: string;
}

/** The safer way for an action that adds a constraint, or `set not null`. Undefined for other actions. Pure. */
export function adviceForConstraint(
  table: string,
  action: Action,
  major: number,
  known: KnownNames,
  dropped: readonly Dropped[] = [],
): Advice | undefined {
  const { tokens, words } = action;
  if (/^alter (?:column )?(\S+) set not null$/.test(words)) {
    const column = tokens[lower(tokens[1]) === "column" ? 2 : 1]?.text ?? "";
    // Nothing is left to do, by the catalog or by another action of the statement.
    return known.notNull?.has(plainName(column)) === true ? undefined : forNotNull(table, column, major, known);
  }
  if (!/^add (constraint |foreign |check |unique |primary |exclude |not null )/.test(words)) return undefined;
  const isNamed = lower(tokens[1]) === "constraint";
  const body = isNamed ? tokens.slice(3) : tokens.slice(1);
  const kind = lower(body[0]);
  const name = (): string => (isNamed ? (tokens[2]?.text ?? "") : nameOf(table, body, kind, known));
  if (kind === "foreign" || kind === "check" || kind === "not") return validateLater(table, name, body, kind, major, known);
  if (kind === "unique" || kind === "primary") return withIndex(table, name, body, major, known, dropped);
  return inWords("An exclusion constraint can only be added under a strong lock: add it while nobody uses the table, or to a new table.");
}

/** The name that Postgres gives a constraint without one. */
function nameOf(table: string, body: Action["tokens"], kind: string, { taken, columns }: KnownNames): string {
  const open = body.findIndex(({ text }) => text === "(");
  if (kind === "primary") return chosenName(table, undefined, "pkey", taken);
  if (kind === "not") return chosenName(table, plainName(body[2]?.text ?? ""), "not_null", taken);
  if (kind === "check") return chosenName(table, onlyColumn(bracketed(body, open), columns), "check", taken);
  // The second list of a foreign key is that of the other table.
  const key = kind === "foreign" ? bracketed(body, open) : body;
  return chosenName(table, columnsInName(key), kind === "foreign" ? "fkey" : "key", taken);
}

const LABELS = { check: "check", foreign: "foreign key", not: "NOT NULL constraint" } as const;

function validateLater(
  table: string,
  name: () => string,
  body: Action["tokens"],
  kind: keyof typeof LABELS,
  major: number,
  known: KnownNames,
): Advice | undefined {
  // A check can have these words in its expression, such as `check (not valid)`.
  if (isWithoutScan(body)) return undefined;
  if (kind === "foreign" && known.partitions !== undefined && major < 18) {
    if (countOf(known.partitions) > MOST_PARTITIONS) return inWords(TEXT_OF_MANY);
    return foreignKeyOfParts(table, name(), textOf(body), known.partitions);
  }
  const own = name();
  return {
    text: `Add the ${LABELS[kind]} as NOT VALID, which reads no row, and validate it in a transaction of its own, which blocks neither readers nor writers.`,
    sql: [`alter table ${table} add constraint ${own} ${textOf(body)} not valid`, `alter table ${table} validate constraint ${own}`],
    isRunnable: true,
  };
}

/** NOT VALID and NOT ENFORCED are outside of all brackets. */
function isWithoutScan(body: Action["tokens"]): boolean {
  let depth = 0;
  return body.some((token, at) => {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    return depth === 0 && lower(token) === "not" && ["valid", "enforced"].includes(lower(body[at + 1]));
  });
}

function withIndex(
  table: string,
  name: () => string,
  body: Action["tokens"],
  major: number,
  known: KnownNames,
  dropped: readonly Dropped[],
): Advice | undefined {
  // An index that exists is not read.
  if (/^(?:unique|primary key) using index (?!tablespace\b)/i.test(textOf(body))) return undefined;
  const key = readKey(body);
  if (key === undefined) {
    return inWords(
      "This constraint has a part that an index built concurrently cannot have: Postgres can add it only under a strong lock. Add it while nobody uses the table, or to a new table.",
    );
  }
  if (key.label === "primary key" && known.primaryKey !== undefined) known.taken.delete(known.primaryKey);
  const own = name();
  const isReplaced = (each: Dropped): boolean =>
    each.name === plainName(own) || (key.label === "primary key" && each.name === known.primaryKey);
  const drops = dropped.filter(isReplaced).map(({ text }) => text);
  // A table has one primary key, so an earlier statement of the migrations has dropped the one of before.
  const earlier =
    key.label === "primary key" && known.primaryKey !== undefined && drops.length === 0
      ? [`drop constraint ${quoted(known.primaryKey)}`]
      : [];
  const added = { table, name: own, key, replaces: [...drops, ...earlier], dropsItself: drops.length > 0 };
  if (known.partitions === undefined) return keyByIndex(added, major, known);
  if (countOf(known.partitions) > MOST_PARTITIONS) return inWords(TEXT_OF_MANY);
  if (added.replaces.length === 0) return partitionedKey(added, textOf(body), known.partitions, major, known);
  return inWords(
    "The key of a partitioned table can be replaced only under a strong lock: its partitions cannot lose their keys on their own. Do it while nobody uses the table.",
  );
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
