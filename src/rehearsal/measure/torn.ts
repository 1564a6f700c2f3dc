import type { Token } from "../../postgres/sql/tokens.ts";
import type { SentStatement } from "../observe/recording.ts";
import { type DottedName, namesIn } from "../sql/names.ts";
import type { IsKnownName } from "../sql/known-names.ts";

/** The server could not read the text. Where a program joined it with a value such as `O'Brien`, the rest of the value looks like SQL. */
export const SYNTAX_ERROR = "42601";
const HIDDEN = "…";

/** What is needed of a part of a message. */
interface Part {
  readonly tokens: readonly Token[];
  readonly names: readonly DottedName[];
  readonly at: object | undefined;
  readonly shown?: readonly Token[] | undefined;
}

/**
 * The parts of a message with the tokens that can be shown without `--literals`. In a message with a syntax error, a value can end at
 * its own quote. So of a statement that is not in a migration file, only known words are shown, and nothing after its first string. In
 * the same way nothing is shown after the first quote of a text whose last quote is open, also if a file has it. Pure.
 */
export function withoutTornValues<P extends Part>(
  parts: readonly P[],
  { sqlstate, isCut }: Pick<SentStatement, "sqlstate" | "isCut">,
  isKnown: IsKnownName,
): readonly P[] {
  const hasSyntaxError = sqlstate === SYNTAX_ERROR;
  const isOpen = isCut !== true && parts.some(({ tokens }) => isOpenQuote(tokens.at(-1)));
  if (!hasSyntaxError && !isOpen) return parts;
  let isTorn = false;
  return parts.map((part) => {
    const isBuilt = part.at === undefined;
    if (isTorn) return withShown(part, [hiddenAt(part.tokens[0]?.at ?? 0)]);
    if (!isOpen && !isBuilt) return part;
    const end = part.tokens.findIndex(({ kind, text }) => isString(kind) || (kind === "name" && !isKnown(unquoted(text))));
    isTorn = end >= 0;
    const before = end < 0 ? part.tokens : part.tokens.slice(0, end);
    const shown = isBuilt ? before.map((token) => (isUnknownWord(token, isKnown) ? { ...token, text: HIDDEN } : token)) : before;
    const rest = part.tokens[end];
    return withShown(part, rest === undefined ? shown : [...shown, ...endingAt(rest)]);
  });
}

/** The tokens of a statement as reports show them. */
export function shownTokens({ tokens, shown }: Pick<Part, "tokens" | "shown">, literals: boolean): readonly Token[] {
  return literals ? tokens : (shown ?? tokens);
}

function withShown<P extends Part>(part: P, shown: readonly Token[]): P {
  return { ...part, shown, names: namesIn(shown.filter(({ text }) => text !== HIDDEN)) };
}

/** An empty string in place of the first one, which is shown as `?`. */
function endingAt({ kind, at }: Token): readonly Token[] {
  return isString(kind) ? [{ kind: "string", text: "''", at }, hiddenAt(at + 3)] : [hiddenAt(at)];
}

function hiddenAt(at: number): Token {
  return { kind: "symbol", text: HIDDEN, at };
}

function isString(kind: Token["kind"]): boolean {
  return kind === "string" || kind === "unclear";
}

function isUnknownWord({ kind, text }: Token, isKnown: IsKnownName): boolean {
  return (kind === "word" && !isKnown(text)) || (kind === "symbol" && /[\p{L}\p{N}]/u.test(text));
}

function unquoted(text: string): string {
  return text
    .replace(/^(?:u&)?"/i, "")
    .replace(/"$/, "")
    .replaceAll('""', '"');
}

/** Whether the text ends inside of a string or a quoted name. */
function isOpenQuote(token: Token | undefined): boolean {
  if (token?.kind === "name") return !/^(?:u&)?"(?:[^"]|"")*"$/i.test(token.text);
  if (token?.kind !== "string") return false;
  const tag = /^\$[^$]*\$/.exec(token.text)?.[0];
  if (tag !== undefined) return token.text.length < 2 * tag.length || !token.text.endsWith(tag);
  return /^[eE]/.test(token.text) ? !/^.'(?:[^'\\]|''|\\[^])*'$/.test(token.text) : !/^(?:[a-z]|u&)?'(?:[^']|'')*'$/i.test(token.text);
}
