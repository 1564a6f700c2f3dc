import { namesIn } from "./names.ts";
import { statementsIn } from "../../postgres/sql/split.ts";
import { type Token, tokensOf } from "../../postgres/sql/tokens.ts";

/** Whether a name in an error is one of the schema or of a statement, and so not the value of a row. */
export type IsKnownName = (name: string) => boolean;

/** The server cuts longer names to this many bytes. */
const LONGEST_NAME = 63;
/** What the server adds to the names of a table and its columns when it chooses the name of an index, a constraint or a sequence. */
const CHOSEN_ENDING = /_(?:pkey|key|fkey|check|excl|idx|seq|not_null)\d*$/;
/** Names that every server has, but not in its catalogs. */
const ALWAYS = ["utf8", "sql_ascii", "new", "old", "integer", "bigint", "smallint", "boolean", "double precision", "real", "decimal"];

/** The names in a statement. Strings and numbers have none, but the code of a function or a DO block has. Pure. */
export function namesOfStatement(tokens: readonly Token[]): readonly string[] {
  const words = tokens.slice(0, 4).map(({ text }) => text.toLowerCase());
  const hasCode = words[0] === "do" || (words[0] === "create" && words.some((word) => word === "function" || word === "procedure"));
  const code = hasCode ? tokens.flatMap(({ kind, text }) => (kind === "string" && text.startsWith("$") ? tokensOf(inside(text)) : [])) : [];
  return namesIn([...tokens, ...code]).flat();
}

/** The names in a text with any number of statements. Pure. */
export function namesOfText(sql: string): readonly string[] {
  return statementsIn(sql).flatMap(({ tokens }) => namesOfStatement(tokens));
}

function inside(text: string): string {
  const tag = /^\$[^$]*\$/.exec(text)?.[0] ?? "";
  return text.slice(tag.length, text.endsWith(tag) ? -tag.length : undefined);
}

/** Recognises the names of the schema and of the statements, alone, after their schema or table, and as the server combines them. Pure. */
export function knownNames(names: Iterable<string>): IsKnownName {
  const known = new Set(ALWAYS);
  for (const name of names) known.add(cut(name.toLowerCase()));
  const isKnown = (name: string): boolean => {
    const lower = name.toLowerCase();
    return known.has(lower) || isChosen(lower, known) || /^pg_toast_\d+$/.test(lower);
  };
  return (name) => isKnown(name) || (name.includes(".") && name.split(".").every(isKnown));
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  return Buffer.from(name)
    .subarray(0, LONGEST_NAME)
    .toString()
    .replace(/\ufffd$/, "");
}

/** Whether the server can have chosen this name: known names, joined by `_`, and an ending. */
function isChosen(name: string, known: ReadonlySet<string>): boolean {
  const ending = CHOSEN_ENDING.exec(name);
  return ending !== null && isJoined(name.slice(0, ending.index).split("_"), known);
}

function isJoined(pieces: readonly string[], known: ReadonlySet<string>): boolean {
  // `reached[n]`: the first n pieces are known names.
  const reached = [true];
  for (let end = 1; end <= pieces.length; end += 1) {
    reached[end] = pieces.some((_, start) => start < end && reached[start] === true && known.has(pieces.slice(start, end).join("_")));
  }
  return reached[pieces.length] === true;
}
