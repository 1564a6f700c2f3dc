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
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  const add = (kind: Token["kind"], text: string): void => {
    tokens.push({ kind, text, at });
    at += text.length;
  };
  while (at < sql.length) {
    const skipped = match(BLANK) ?? match(LINE_COMMENT);
    if (skipped !== undefined) {
      at += skipped.length;
    } else if (sql.startsWith("/*", at)) {
      at = endOfComment(sql, at);
    } else if (match(STRING) !== undefined) {
      const start = match(STRING) ?? "";
      const end = endOfString(sql, at + start.length, /^e/i.test(start));
      if (end === undefined) add("unclear", sql.slice(at));
      else add("string", sql.slice(at, end));
    } else if (match(QUOTED) !== undefined) {
      add("name", sql.slice(at, endOfQuoted(sql, at + (match(QUOTED) ?? "").length)));
    } else if (match(DOLLAR) !== undefined) {
      const tag = match(DOLLAR) ?? "";
      const end = sql.indexOf(tag, at + tag.length);
      add("string", sql.slice(at, end < 0 ? sql.length : end + tag.length));
    } else {
      const [kind, text] = simple(match);
      add(kind, text ?? String.fromCodePoint(sql.codePointAt(at) ?? 0));
    }
  }
  return tokens;
}

function simple(match: (pattern: RegExp) => string | undefined): readonly [Token["kind"], string | undefined] {
  const word = match(WORD);
  if (word !== undefined) return ["word", word];
  const number = match(NUMBER);
  if (number !== undefined) return ["number", number];
  const parameter = match(PARAMETER);
  return parameter === undefined ? ["symbol", undefined] : ["parameter", parameter];
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
