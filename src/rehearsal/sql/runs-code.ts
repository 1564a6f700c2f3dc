import type { Token } from "../../postgres/sql/tokens.ts";
import { wordsOf } from "./kinds.ts";

/** Built-in functions that lock no table. */
const HARMLESS = /^(pg_\w+|set_config|current_setting|now|count|min|max|sum|coalesce|format|setval|nextval|lastval|currval|length)$/;

/** Whether a statement runs code that its text does not show: a function, a procedure, a DO block, a prepared statement. Pure. */
export function runsCode(tokens: readonly Token[]): boolean {
  const words = wordsOf(tokens, 2000).split(" ");
  if (["do", "call", "execute"].includes(words[0] ?? "")) return true;
  if (!["select", "with", "values", "table", "explain"].includes(words[0] ?? "")) return false;
  return words.some(
    (word, at) => words[at + 1] === "(" && (word === '"x"' || /^[\p{L}_]/u.test(word)) && !HARMLESS.test(word) && !NOT_CALLED.has(word),
  );
}

const NOT_CALLED = new Set("select from in exists values as and or not where on using any all over by join".split(" "));

/** Whether a statement calls one of these functions, each by its name without a schema. Pure. */
export function calls(tokens: readonly Token[], functions: ReadonlySet<string>): boolean {
  return tokens.some(
    ({ kind, text }, at) =>
      tokens[at + 1]?.text === "(" &&
      (kind === "word" ? functions.has(text.toLowerCase()) : kind === "name" && functions.has(text.slice(1, -1))),
  );
}
