import type { Catalog } from "../../catalog/catalog.ts";

/** A text of an expression, divided at its parentheses. */
type Part = string | readonly Part[];

/** Quoted names and strings, parentheses, and everything between them. Postgres writes a quote inside of a string twice. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|[^'"()]+/g;

/**
 * Writes `((a AND b) AND c)` and `(a AND (b AND c))` as `(a AND b AND c)` in checks, policies and the conditions of indexes.
 * They mean the same. Postgres keeps the parentheses that the author wrote.
 */
export function withFlatConditions(catalog: Catalog): Catalog {
  return {
    ...catalog,
    constraints: catalog.constraints.map((item) => ({ ...item, definition: withoutNestedAnd(item.definition) })),
    indexes: catalog.indexes.map((item) => ({ ...item, definition: withoutNestedAnd(item.definition) })),
    policies: catalog.policies.map((item) => ({
      ...item,
      ...(item.using === undefined ? {} : { using: withoutNestedAnd(item.using) }),
      ...(item.check === undefined ? {} : { check: withoutNestedAnd(item.check) }),
    })),
  };
}

/** The text without parentheses around an AND that is an operand of another AND. */
export function withoutNestedAnd(text: string): string {
  return text.includes(" AND ") ? print(flatten(parse(text))) : text;
}

function parse(text: string): readonly Part[] {
  const open: Part[][] = [[]];
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "(") open.push([]);
    else if (token === ")" && open.length > 1) {
      const group = open.pop() ?? [];
      open.at(-1)?.push(group);
    } else open.at(-1)?.push(token);
  }
  // Only a text that is not an expression has open parentheses at its end.
  return open.reduceRight((inner, outer) => [...outer, "(", ...inner]);
}

function flatten(parts: readonly Part[]): readonly Part[] {
  const flat = parts.map((part) => (typeof part === "string" ? part : flatten(part)));
  if (!isAnd(flat)) return flat;
  return flat.flatMap((part, at) => {
    const isOperand = endsOperand(flat[at - 1], / AND $/) && endsOperand(flat[at + 1], /^ AND /);
    return typeof part !== "string" && isOperand && isAnd(part) ? part : [part];
  });
}

/** Postgres never writes AND and OR in one pair of parentheses. */
function isAnd(parts: readonly Part[]): boolean {
  return parts.some((part) => typeof part === "string" && !/^['"]/.test(part) && part.includes(" AND "));
}

function endsOperand(neighbour: Part | undefined, end: RegExp): boolean {
  return neighbour === undefined || (typeof neighbour === "string" && end.test(neighbour));
}

function print(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === "string" ? part : `(${print(part)})`)).join("");
}
