import type { Token } from "../../postgres/sql/tokens.ts";
import { bracketed, lower, splitAtCommas } from "./alter-table.ts";
import { plainName } from "./names.ts";

/** Bytes of a name that Postgres keeps. */
const MOST_BYTES = 63;

/** Names that objects have already. A name that is chosen is added. */
export type TakenNames = Set<string>;

/**
 * The name that Postgres chooses for a constraint or an index without one: the table, its columns and a label, of which the longer one of the first
 * two is cut, and a number if the name is taken (PostgreSQL source, ChooseConstraintName and makeObjectName). Quoted where it must be.
 */
export function chosenName(table: string, columns: string | undefined, label: string, taken: TakenNames): string {
  const own = plainName(table);
  for (let number = 0; ; number += 1) {
    const name = joined(own, columns, number === 0 ? label : `${label}${number}`);
    if (taken.has(name)) continue;
    taken.add(name);
    return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
  }
}

function joined(table: string, columns: string | undefined, label: string): string {
  const room = MOST_BYTES - Buffer.byteLength(label) - (columns === undefined ? 1 : 2);
  let [first, second] = [Buffer.byteLength(table), Buffer.byteLength(columns ?? "")];
  while (first + second > room) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return [clipped(table, first), ...(columns === undefined ? [] : [clipped(columns, second)]), label].join("_");
}

/** At most so many bytes, without a part of a sign. */
function clipped(name: string, bytes: number): string {
  let text = "";
  for (const sign of name) {
    if (Buffer.byteLength(text + sign) > bytes) break;
    text += sign;
  }
  return text;
}

/** The columns of a key, of an index or of INCLUDE as they are part of a chosen name: `a_b`, `lower`, `expr`. Pure. */
export function columnsInName(tokens: readonly Token[]): string {
  const lists = tokens.flatMap(({ text }, at) => (text === "(" && isList(tokens, at) ? [bracketed(tokens, at).slice(1, -1)] : []));
  const names: string[] = [];
  for (const part of lists.slice(0, 2).flatMap(splitAtCommas)) {
    const name = columnOf(part);
    // Postgres keeps the names in one index apart.
    let own = name;
    for (let number = 1; names.includes(own); number += 1) own = `${name}${number}`;
    names.push(own);
  }
  return names.join("_");
}

/** The first list of a key, and that of INCLUDE. */
function isList(tokens: readonly Token[], at: number): boolean {
  const first = tokens.findIndex(({ text }) => text === "(");
  return at === first || lower(tokens[at - 1]) === "include";
}

function columnOf([first, second]: readonly Token[]): string {
  if (first === undefined || (first.kind !== "word" && first.kind !== "name")) return "expr";
  return second?.text === "." ? "expr" : plainName(first.text);
}

/** The column of a check, if its expression has exactly one: only then it is part of the name. `columns`: those of the table. Pure. */
export function onlyColumn(expression: readonly Token[], columns: ReadonlySet<string> | undefined): string | undefined {
  const used = new Set<string>();
  for (const [at, token] of expression.entries()) {
    if (token.kind !== "word" && token.kind !== "name") continue;
    // The name of a function, a schema or a type. Each colon is a token.
    const isType = expression[at - 1]?.text === ":" && expression[at - 2]?.text === ":";
    const isOther = ["(", "."].includes(expression[at + 1]?.text ?? "") || isType;
    const name = plainName(token.text);
    const isColumn = columns === undefined ? token.kind === "name" || !KEYWORDS.has(name) : columns.has(name);
    if (!isOther && isColumn) used.add(name);
  }
  const [only, other] = used;
  return other === undefined ? only : undefined;
}

/** Words in conditions, where the columns of the table are not known. */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "and or not is null true false in any all some like ilike similar to between symmetric case when then else end cast as array row collate distinct " +
    "from at time zone current_date current_timestamp interval date timestamp timestamptz text int integer bigint numeric boolean unknown overlaps for"
  ).split(" "),
);
