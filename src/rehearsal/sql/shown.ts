import type { Token } from "../../postgres/sql/tokens.ts";

/** Longer statements are cut in reports. */
const LONGEST = 400;

/** An advised statement is copied and run, so only one that nobody would read is cut. */
export const LONGEST_ADVICE = 8000;

/** Settings whose values are part of what a rehearsal measures. All other values of settings can be secrets. */
const SHOWN_SETTINGS: ReadonlySet<string> = new Set(["lock_timeout", "statement_timeout", "transaction_timeout"]);

/**
 * A statement without its literals: strings, numbers, parameters, and the values of settings are `?`. Comments are left out.
 * Names of objects remain. Pure.
 */
export function withoutLiterals(tokens: readonly Token[], longest = LONGEST): string {
  const [first, ...rest] = tokens.map(({ text }) => text.toLowerCase());
  const end = first === "set" ? endOfSetting(tokens, rest) : tokens.length;
  const shown = tokens.slice(0, end).map((token, at) => ({
    text: isLiteral(token, tokens, at, first === "set") ? "?" : token.text,
    token,
  }));
  const text = shown.map(({ text: each, token }, at) => (at === 0 ? "" : between(shown[at - 1]?.token, token)) + each).join("");
  return shortened(end < tokens.length ? `${text} ?` : text, longest);
}

/** The statement as it was sent, in one line and without its comments. Only where somebody wants to see literals. */
export function withLiterals(tokens: readonly Token[], longest = LONGEST): string {
  return shortened(inOneLine(tokens), longest);
}

/** Tokens as one line, however long. */
export function inOneLine(tokens: readonly Token[]): string {
  return tokens.map((token, at) => (at === 0 ? "" : between(tokens[at - 1], token)) + token.text.replaceAll(/\s+/g, " ")).join("");
}

function isLiteral({ kind, text }: Token, tokens: readonly Token[], at: number, isSetting: boolean): boolean {
  if (kind === "string" || kind === "unclear") return !(isSetting && isTimeout(tokens));
  if (kind !== "number") return false;
  // The digits of a name such as `utf8` are part of the word. A limit in milliseconds is wanted.
  return !(isSetting && isTimeout(tokens) && at > 0 && text.length < 12);
}

function isTimeout(tokens: readonly Token[]): boolean {
  return tokens.slice(1, 3).some(({ text }) => SHOWN_SETTINGS.has(text.toLowerCase()));
}

/** `SET name = value`: the name is shown. The value can be a word without quotes. */
function endOfSetting(tokens: readonly Token[], rest: readonly string[]): number {
  if (isTimeout(tokens)) return tokens.length;
  const at = rest.findIndex((text) => text === "=" || text === "to");
  return at < 0 ? Math.min(tokens.length, 3) : at + 2;
}

const TIGHT_BEFORE = new Set([",", ";", ")", ".", "]", "::", "["]);
const TIGHT_AFTER = new Set(["(", ".", "[", "::"]);

function between(before: Token | undefined, after: Token): string {
  if (before === undefined) return "";
  const touches = before.at + before.text.length === after.at;
  if (touches && (before.kind === "symbol" || after.kind === "symbol")) return "";
  if (TIGHT_AFTER.has(before.text) || TIGHT_BEFORE.has(after.text)) return "";
  return " ";
}

function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
