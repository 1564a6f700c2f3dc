import type { Token } from "../../postgres/sql/tokens.ts";
import { lower, textOf } from "./alter-table.ts";

/** One clause of a column after its type, such as `default 5` or `constraint c check (a > 0)`. */
export interface ColumnClause {
  /** Its first word after the name of a constraint: `default`, `not`, `null`, `generated`, `check`, `unique`, `primary`, `references`. */
  readonly kind: string;
  /** All of it, with the name of a constraint. */
  readonly tokens: readonly Token[];
}

/** The column of an `ADD COLUMN`. */
export interface AddedColumn {
  readonly name: string;
  readonly type: string;
  readonly clauses: readonly ColumnClause[];
}

const STARTS: ReadonlySet<string> = new Set(["default", "null", "generated", "constraint", "check", "unique", "primary", "references"]);
/** `set null` and `set default` are parts of a foreign key, `by default` of an identity, and `default null` is one clause. */
const INSIDE: ReadonlySet<string> = new Set(["set", "by", "not", "default"]);

/** Reads the action `ADD [COLUMN] …` of an `ALTER TABLE`. Pure. */
export function addedColumn(tokens: readonly Token[]): AddedColumn {
  let at = lower(tokens[1]) === "column" ? 2 : 1;
  if (lower(tokens[at]) === "if") at += 3;
  const [type = [], ...clauses] = partsOf(tokens.slice(at + 1));
  return {
    name: tokens[at]?.text ?? "",
    type: textOf(type),
    clauses: clauses.map((each) => ({ kind: lower(each[lower(each[0]) === "constraint" ? 2 : 0]), tokens: each })),
  };
}

function partsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    const open = parts.at(-1) ?? [];
    const isNamed = lower(open[0]) === "constraint" && open.length <= 2;
    const isStart = STARTS.has(lower(token)) || (lower(token) === "not" && lower(tokens[at + 1]) === "null");
    if (depth === 0 && isStart && !isNamed && !INSIDE.has(lower(tokens[at - 1]))) parts.push([token]);
    else open.push(token);
    if (token.text === "(" || token.text === "[") depth += 1;
    if (token.text === ")" || token.text === "]") depth -= 1;
  }
  return parts;
}

/** A clause that is also a constraint of the table. */
export function isKey({ kind }: ColumnClause): boolean {
  return ["check", "unique", "primary", "references"].includes(kind);
}

/** The tokens of the first clause of a kind. Empty: it has none. */
export function clauseOf({ clauses }: AddedColumn, kind: string): ColumnClause["tokens"] {
  return clauses.find((clause) => clause.kind === kind)?.tokens ?? [];
}

/** A plain NOT NULL, with its name if it has one. Undefined for any other, such as with NO INHERIT. */
export function notNullOf({ tokens }: ColumnClause): { readonly name: string | undefined } | undefined {
  const words = tokens.map((token) => lower(token));
  if (words.join(" ") === "not null") return { name: undefined };
  return words[0] === "constraint" && words.slice(2).join(" ") === "not null" ? { name: tokens[1]?.text } : undefined;
}
