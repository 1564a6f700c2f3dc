/** A token of an SQL text. Comments and blanks are not tokens. */
export interface Token {
  /**
   * `word`: a keyword or a name without quotes. `name`: a quoted name. `string`: any string constant. `unclear`: the rest of a
   * text whose end of a string depends on a setting of the session.
   */
  readonly kind: "word" | "name" | "string" | "number" | "parameter" | "symbol" | "unclear";
  readonly text: string;
  /** Where it starts in the text. */
  readonly at: number;
}

const BLANK = /[ \t\r\n\f\v]+/y;
const LINE_COMMENT = /--[^\r\n]*/y;
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER = /(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)/y;
const PARAMETER = /\$\d+/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
/** The start of a string constant, with its prefix (PostgreSQL documentation, "Constants"). */
const STRING = /(?:[eE]|[bBxXnN]|[uU]&)?'/y;
const QUOTED = /(?:[uU]&)?"/y;

/** Splits an SQL text into tokens, as the server does. Pure, and never throws: an open string reaches to the end. */
export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let token = nextToken(sql, 0); token !== undefined; token = nextToken(sql, token.at + token.text.length)) tokens.push(token);
  return tokens;
}

/** The first token from this place on. Undefined: only blanks and comments are left. Pure. */
export function nextToken(sql: string, from: number): Token | undefined {
  const at = endOfBlanks(sql, from);
  if (at >= sql.length) return undefined;
  const token = (kind: Token["kind"], text: string): Token => ({ kind, text, at });
  const string = match(STRING, sql, at);
  if (string !== undefined) {
    const end = endOfString(sql, at + string.length, /^e/i.test(string));
    return end === undefined ? token("unclear", sql.slice(at)) : token("string", sql.slice(at, end));
  }
  const quote = match(QUOTED, sql, at);
  if (quote !== undefined) return token("name", sql.slice(at, endOfQuoted(sql, at + quote.length)));
  const tag = match(DOLLAR, sql, at);
  if (tag !== undefined) {
    const end = sql.indexOf(tag, at + tag.length);
    return token("string", sql.slice(at, end < 0 ? sql.length : end + tag.length));
  }
  const [kind, text] = simple(sql, at);
  return token(kind, text ?? String.fromCodePoint(sql.codePointAt(at) ?? 0));
}

function match(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

function simple(sql: string, at: number): readonly [Token["kind"], string | undefined] {
  const word = match(WORD, sql, at);
  if (word !== undefined) return ["word", word];
  const number = match(NUMBER, sql, at);
  if (number !== undefined) return ["number", number];
  const parameter = match(PARAMETER, sql, at);
  return parameter === undefined ? ["symbol", undefined] : ["parameter", parameter];
}

function endOfBlanks(sql: string, from: number): number {
  for (let at = from; ;) {
    const skipped = match(BLANK, sql, at) ?? match(LINE_COMMENT, sql, at);
    if (skipped !== undefined) at += skipped.length;
    else if (sql.startsWith("/*", at)) at = endOfComment(sql, at);
    else return at;
  }
}

/** Comments can be nested. */
function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start + 2;
  for (let depth = 1; ;) {
    const found = edge.exec(sql);
    if (found === null) return sql.length;
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
}

/**
 * Where a string ends. Undefined where a backslash comes before the quote of an ordinary string: with
 * `standard_conforming_strings = off` it ends elsewhere, and the text alone does not show which setting the session has.
 */
function endOfString(sql: string, start: number, hasEscapes: boolean): number | undefined {
  for (let at = start; at < sql.length; at += 1) {
    if (sql[at] === "\\") {
      if (!hasEscapes && sql[at + 1] === "'") return undefined;
      at += 1;
    } else if (sql[at] === "'") {
      if (sql[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

function endOfQuoted(sql: string, start: number): number {
  for (let at = start; at < sql.length; at += 1) {
    if (sql[at] !== '"') continue;
    if (sql[at + 1] !== '"') return at + 1;
    at += 1;
  }
  return sql.length;
}
