import { depthChange } from "./split.ts";
import { nextToken, type Token } from "./tokens.ts";

/** What can end a statement, or hide a semicolon. */
const SPECIAL = /[;'"$]|--|\/\*/g;
const NAME = /[A-Za-z0-9_$\u0080-\uffff]/;

/**
 * Where a statement of a text begins and ends, without its semicolon. `nth` counts from 0. As `statementsIn`, but a file of many
 * megabytes is read in seconds, and its tokens take no memory. Undefined: the text has fewer statements. Pure.
 */
export function nthStatement(sql: string, nth: number): { readonly start: number; readonly end: number } | undefined {
  let left = nth;
  for (let at = 0; ;) {
    const first = nextToken(sql, at);
    if (first === undefined) return undefined;
    if (first.kind === "symbol" && first.text === ";") {
      at = first.at + 1;
      continue;
    }
    const end = first.text.toLowerCase() === "create" ? endOfDefinition(sql, first.at) : endOfOther(sql, first.at);
    if (left === 0) return { start: first.at, end };
    left -= 1;
    at = end + 1;
  }
}

/** Of a statement that can have others in it. Bodies in quotes are one token. */
function endOfDefinition(sql: string, start: number): number {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = start; ;) {
    const token = nextToken(sql, at);
    if (token === undefined) return sql.length;
    if (token.kind === "symbol" && token.text === ";" && depth === 0) return token.at;
    depth += depthChange(token, tokens, depth);
    tokens.push(token);
    at = token.at + token.text.length;
  }
}

function endOfOther(sql: string, start: number): number {
  for (let at = start; ;) {
    SPECIAL.lastIndex = at;
    const found = SPECIAL.exec(sql);
    if (found === null) return sql.length;
    if (found[0] === ";") return found.index;
    at = afterHidden(sql, found.index, found[0]);
  }
}

/** The place after a string, a quoted name or a comment, or after a dollar sign that begins none. */
function afterHidden(sql: string, at: number, special: string): number {
  const before = sql[at - 1] ?? "";
  if (special === "$" && NAME.test(before)) return at + 1;
  const hasEscapes = special === "'" && /[eE]/.test(before) && !NAME.test(sql[at - 2] ?? "");
  const token = nextToken(sql, hasEscapes ? at - 1 : at);
  if (token === undefined) return sql.length;
  // After a comment, it is the token that follows.
  return special === "--" || special === "/*" ? token.at : token.at + token.text.length;
}
