import type { Token } from "../../postgres/sql/tokens.ts";

/** One action of an `ALTER TABLE`, such as `ADD COLUMN …`. */
export interface Action {
  readonly tokens: readonly Token[];
  /** Its words in lower case; literals and quoted names are `?` and `"x"`. */
  readonly words: string;
}

/** An `ALTER TABLE`, with the table as it is written there. */
export interface AlterTable {
  readonly table: string;
  /** It has ONLY: the tables that inherit are left out. */
  readonly isOnly: boolean;
  readonly actions: readonly Action[];
}

/** Reads an `ALTER TABLE` statement. Undefined for any other statement. Pure. */
export function readAlterTable(tokens: readonly Token[]): AlterTable | undefined {
  const word = (at: number): string => lower(tokens[at]);
  if (word(0) !== "alter" || word(1) !== "table") return undefined;
  let at = 2;
  if (word(at) === "if") at += 2;
  const isOnly = word(at) === "only";
  if (isOnly) at += 1;
  const start = at;
  at += 1;
  while (tokens[at]?.text === ".") at += 2;
  const table = textOf(tokens.slice(start, at));
  if (tokens[at]?.text === "*") at += 1;
  return { table, isOnly, actions: splitAtCommas(tokens.slice(at)).map(actionOf) };
}

/** An action of an `ALTER TABLE` from its tokens. Pure. */
export function actionOf(tokens: readonly Token[]): Action {
  return { tokens, words: tokens.map(wordOf).join(" ") };
}

/** The text of tokens, with one blank where the original had any. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map((token, at) => (at > 0 && !touches(tokens[at - 1], token) ? " " : "") + token.text).join("");
}

/** The tokens of the first pair of brackets from `at` on, brackets included. */
export function bracketed(tokens: readonly Token[], at: number): readonly Token[] {
  let depth = 0;
  for (let end = at; end < tokens.length; end += 1) {
    if (tokens[end]?.text === "(") depth += 1;
    if (tokens[end]?.text === ")") depth -= 1;
    if (depth === 0) return tokens.slice(at, end + 1);
  }
  return tokens.slice(at);
}

export function lower(token: Token | undefined): string {
  return token === undefined || token.kind !== "word" ? (token?.text ?? "") : token.text.toLowerCase();
}

function wordOf(token: Token): string {
  if (token.kind === "word") return token.text.toLowerCase();
  return token.kind === "name" ? '"x"' : token.kind === "symbol" ? token.text : "?";
}

function touches(before: Token | undefined, after: Token): boolean {
  return before !== undefined && before.at + before.text.length === after.at;
}

/** The parts between commas outside of brackets. */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(" || token.text === "[") depth += 1;
    if (token.text === ")" || token.text === "]") depth -= 1;
    if (token.text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
