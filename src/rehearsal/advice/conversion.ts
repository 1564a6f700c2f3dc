import type { Token } from "../../postgres/sql/tokens.ts";
import { lower, textOf } from "../sql/alter-table.ts";
import { plainName } from "../sql/names.ts";
import type { ColumnFacts } from "../table-facts.ts";
import { PURE } from "./batches.ts";

const SHORT: Readonly<Record<string, string>> = {
  int2: "smallint",
  int: "integer",
  int4: "integer",
  int8: "bigint",
  decimal: "numeric",
  float4: "real",
  float8: "double precision",
  float: "double precision",
  varchar: "character varying",
  char: "character",
  bool: "boolean",
  timestamp: "timestamp without time zone",
  timestamptz: "timestamp with time zone",
};
const DIGITS: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };
const WITHOUT_SESSION = /^(smallint|integer|bigint|numeric|character varying|character|text|boolean|uuid)$/;
const KEYWORDS: ReadonlySet<string> = new Set("case when then else end null true false and or not is in".split(" "));

interface Type {
  readonly name: string;
  readonly size: readonly number[];
}

function typeOf(written: string): Type {
  const [, first = "", size, rest = ""] =
    /^([^(]*?)\s*(?:\(([\d, ]+)\))?((?: with| without).*)?$/i.exec(written.trim().toLowerCase()) ?? [];
  const name = SHORT[first] ?? first;
  return { name: rest === "" ? name : first + rest, size: size === undefined ? [] : size.split(",").map(Number) };
}

/**
 * Why the new values cannot be computed in a trigger and in batches as ALTER TABLE computes them. Undefined where they can: only types
 * and functions whose results are known to depend on nothing but the row. Pure.
 */
export function unsafeConversion(
  column: ColumnFacts,
  type: string,
  using: readonly Token[] | undefined,
  columns: readonly ColumnFacts[],
): string | undefined {
  const [from, to] = [typeOf(column.type), typeOf(type)];
  if (using !== undefined) return unsafeExpression(using, to, columns);
  if (isWider(from, to)) return undefined;
  if (from.name.startsWith("time") || from.name === "date" || to.name.startsWith("time") || to.name === "date")
    return `the result of the conversion from ${column.type} to ${type} depends on settings of the session, such as TimeZone and DateStyle, and each client can have others. Name the time zone in the migration, such as USING ${plainName(column.name)} AT TIME ZONE 'UTC'`;
  return `it is not known of the conversion from ${column.type} to ${type} that every value has a result which is the same in each session`;
}

/** Every value of the one is a value of the other. */
function isWider(from: Type, to: Type): boolean {
  if (from.size.length === 0 && to.size.length === 0 && /^(text|numeric)$/.test(to.name) && DIGITS[from.name] !== undefined) return true;
  const digits = DIGITS[from.name];
  const [before, after] = [digits, DIGITS[to.name]];
  if (before !== undefined && after !== undefined) return before <= after;
  const [precision = 0, scale = 0] = to.size;
  if (to.name === "numeric" && digits !== undefined) return precision - scale >= digits;
  if (to.name === "numeric" && from.name === "numeric" && from.size.length > 0 && to.size.length > 0)
    return scale >= (from.size[1] ?? 0) && precision - scale >= (from.size[0] ?? 0) - (from.size[1] ?? 0);
  if (to.name === "numeric" && from.name === "numeric") return to.size.length === 0;
  if (to.name === "double precision") return from.name === "real" || from.name === "smallint" || from.name === "integer";
  if (to.name === "text") return /^(uuid|boolean|character varying|numeric)$/.test(from.name);
  if (to.name === "character varying" && from.name === "character varying")
    return to.size.length === 0 || (to.size[0] ?? 0) >= (from.size[0] ?? Infinity);
  return from.name === "date" && to.name === "timestamp without time zone" && to.size.length === 0;
}

function unsafeExpression(tokens: readonly Token[], to: Type, columns: readonly ColumnFacts[]): string | undefined {
  const typeNamed = (token: Token | undefined): string | undefined =>
    columns.find(({ name }) => name === plainName(token?.text ?? ""))?.type;
  const [first, at, time, zone, value, end] = tokens;
  // With a zone that is written there, the result depends on no setting.
  if (end === undefined && [at, time, zone].map(lower).join(" ") === "at time zone" && value?.kind === "string") {
    const from = typeOf(typeNamed(first) ?? "");
    if (
      from.size.length + to.size.length === 0 &&
      [from.name, to.name].toSorted().join() === "timestamp with time zone,timestamp without time zone"
    )
      return undefined;
  }
  if (!WITHOUT_SESSION.test(to.name))
    return `it is not known of the new type ${to.name} that the expression of USING has the same result in each session`;
  const unknown = tokens.find((token, place) => {
    if (token.kind !== "word" && token.kind !== "name") return token.kind === "unclear" || token.text === ".";
    if (tokens[place - 1]?.text === ":") return !WITHOUT_SESSION.test(typeOf(token.text).name);
    if (tokens[place + 1]?.text === "(") return token.kind === "name" || !PURE.has(lower(token));
    const own = typeNamed(token);
    if (own !== undefined) return !WITHOUT_SESSION.test(typeOf(own).name);
    return token.kind === "name" || !KEYWORDS.has(lower(token));
  });
  return unknown && `it is not known of ${textOf([unknown])} in the expression of USING that its result depends on nothing but the row`;
}
