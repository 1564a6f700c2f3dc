/** Control characters but line break and tab, and characters that are invisible or change the direction of text. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u;

/** What `psql` replaces by the value of a variable outside of quotes, as in an array slice `list[1:size]` or `list[1:"USER"]`. */
const VARIABLE = /:[\p{L}_"'{]/u;

const DOLLARS = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/**
 * The same statement in characters that can be seen: hidden ones in constants, names and bodies become escapes. A file of
 * such statements shows all that it does, and `psql` finds no variable in them. Needs `standard_conforming_strings`.
 */
export function printable(sql: string): string {
  return HIDDEN.test(sql) || VARIABLE.test(sql) ? pieces(sql).join("") : sql;
}

function pieces(sql: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < sql.length;) {
    const [text, end] = pieceAt(sql, at);
    found.push(text);
    at = end;
  }
  return found;
}

/** The next token in its printable form, and where the one after it starts. */
function pieceAt(sql: string, at: number): readonly [text: string, end: number] {
  const first = sql.charAt(at);
  if (first === '"') return nameAt(sql, at);
  if (first === "'") return constantAt(sql, at, false);
  if (/[eE]/.test(first) && sql.charAt(at + 1) === "'") return constantAt(sql, at + 1, true);
  if (first === "$") {
    DOLLARS.lastIndex = at;
    const mark = DOLLARS.exec(sql)?.[0];
    if (mark !== undefined) return bodyAt(sql, at, mark);
  }
  if (first === ":") {
    if (sql.charAt(at + 1) === ":") return ["::", at + 2];
    return [VARIABLE.test(sql.slice(at, at + 3)) ? ": " : ":", at + 1];
  }
  // A word as a whole, so that neither its last letter nor a `$` in it starts a constant.
  const word = /[\p{L}\p{N}_$]+|[^\p{L}\p{N}_$'":]+|[^]/uy;
  word.lastIndex = at;
  const text = /[\p{L}\p{N}_]/u.test(first) ? (word.exec(sql)?.[0] ?? first) : first;
  return [text, at + text.length];
}

/** The end of a quoted text: a doubled quote is a part of it, and so is one after a backslash if that escapes. */
function endOf(sql: string, start: number, quote: string, escapes: boolean): number {
  for (let at = start + 1; at < sql.length; at += 1) {
    if (escapes && sql.charAt(at) === "\\") at += 1;
    else if (sql.charAt(at) === quote) {
      if (sql.charAt(at + 1) !== quote) return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

function nameAt(sql: string, at: number): readonly [text: string, end: number] {
  const end = endOf(sql, at, '"', false);
  const text = sql.slice(at, end);
  if (!HIDDEN.test(text)) return [text, end];
  return [`U&${escaped(text.replaceAll("\\", "\\\\"), (code) => `\\${code.toString(16).padStart(4, "0")}`)}`, end];
}

/** `at`: of the quote, after an `E` if it escapes. */
function constantAt(sql: string, at: number, escapes: boolean): readonly [text: string, end: number] {
  const end = endOf(sql, at, "'", escapes);
  const text = sql.slice(at, end);
  if (!HIDDEN.test(text)) return [`${escapes ? "E" : ""}${text}`, end];
  return [`E${escaped(escapes ? text : text.replaceAll("\\", "\\\\"), escapeInConstant)}`, end];
}

/** The block of a `do` has constants and names of its own. Any other body becomes a constant if a character in it is hidden. */
function bodyAt(sql: string, at: number, mark: string): readonly [text: string, end: number] {
  const close = sql.indexOf(mark, at + mark.length);
  const end = close < 0 ? sql.length : close + mark.length;
  const body = sql.slice(at + mark.length, close < 0 ? sql.length : close);
  // Line ends of Windows are common in bodies, and harmless.
  if (!HIDDEN.test(body.replaceAll("\r\n", "\n"))) return [sql.slice(at, end), end];
  if (mark.startsWith("$offshoot")) return [`${mark}${pieces(body).join("")}${mark}`, end];
  return [`E'${escaped(body.replaceAll("\\", "\\\\").replaceAll("'", "''"), escapeInConstant)}'`, end];
}

function escapeInConstant(code: number): string {
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

function escaped(text: string, escape: (code: number) => string): string {
  return text.replaceAll(new RegExp(HIDDEN, "gu"), (character) => escape(character.charCodeAt(0)));
}
