import { type Token, tokensOf } from "./tokens.ts";

/** One statement of an SQL text. */
export interface Part {
  readonly tokens: readonly Token[];
  /** The line of its first token, from 1. */
  readonly line: number;
}

/**
 * Splits an SQL text at its semicolons. A body in SQL (`BEGIN ATOMIC … END`) is part of its statement, and so are the commands of
 * a rule. A text of which the end is unclear is one statement from there on. `allTokens`: where they are not those of the whole
 * text. Pure.
 */
export function statementsIn(sql: string, allTokens: readonly Token[] = tokensOf(sql)): readonly Part[] {
  const parts: Part[] = [];
  let tokens: Token[] = [];
  let depth = 0;
  let line = 1;
  let counted = 0;
  const lineOf = (at: number): number => {
    for (; counted < at; counted += 1) if (sql[counted] === "\n") line += 1;
    return line;
  };
  const end = (): void => {
    const [first] = tokens;
    if (first !== undefined) parts.push({ tokens, line: lineOf(first.at) });
    tokens = [];
    depth = 0;
  };
  for (const token of allTokens) {
    if (token.kind === "symbol" && token.text === ";" && depth === 0) {
      end();
      continue;
    }
    depth += depthChange(token, tokens, depth);
    tokens.push(token);
  }
  end();
  return parts;
}

/** How a token changes the number of statements that are open around it. */
export function depthChange({ kind, text }: Token, before: readonly Token[], depth: number): number {
  if (kind === "symbol" && isRule(before)) return text === "(" ? 1 : text === ")" ? -1 : 0;
  if (kind !== "word") return 0;
  const word = text.toLowerCase();
  if (word === "atomic" && before.at(-1)?.text.toLowerCase() === "begin" && before[0]?.text.toLowerCase() === "create") return 1;
  if (depth > 0 && word === "case") return 1;
  return depth > 0 && word === "end" ? -1 : 0;
}

/** `CREATE RULE … DO (insert …; delete …)`. */
function isRule(before: readonly Token[]): boolean {
  const word = (at: number): string | undefined => before[at]?.text.toLowerCase();
  return word(0) === "create" && word(word(1) === "or" ? 3 : 1) === "rule";
}

/** The same text for two statements that differ only in blanks, comments and the case of words. */
export function keyOf(tokens: readonly Token[]): string {
  return tokens.map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : text)).join(" ");
}
