import { excerptAt } from "../postgres/excerpt.ts";
import { indexOfByte, indexOfPosition, lineAt } from "../postgres/position.ts";
import { nthStatement } from "../postgres/sql/nth-statement.ts";
import { tokensOf } from "../postgres/sql/tokens.ts";

/** The text of a file as it was sent, and how far the server came. */
export interface SentFile {
  readonly before: string;
  readonly text: string;
  readonly after: string;
  /** How many statements are before the file's text. */
  readonly statementsBefore: number;
  /** How many statements the server completed. */
  readonly completed: number;
  /** The server counts bytes, because the database has the encoding SQL_ASCII. */
  readonly countsBytes: boolean;
}

/** Where a server's error is (PostgreSQL documentation, "Error and Notice Message Fields"). */
export interface ErrorPlace {
  readonly position?: string | undefined;
  readonly internalPosition?: string | undefined;
  readonly internalQuery?: string | undefined;
  readonly where?: string | undefined;
}

export interface FilePlace {
  readonly line: number;
  /** The text of the line and a mark below it, where the server named a position. */
  readonly excerpt: readonly string[];
  /** It is after the last statement of the file, which is not complete. */
  readonly isEnd: boolean;
}

/** The frame of a DO block in the server's context, in any language. */
const IN_BLOCK = /\binline_code_block\b\D*(\d+)/;

/**
 * Where in a file the server found an error: at its position, else in the statement that it did not complete, and there at the
 * line of a DO block that it names. Undefined: not in a statement of the file, or not known. Pure.
 */
export function placeInFile(error: ErrorPlace, sent: SentFile): FilePlace | undefined {
  return error.position === undefined ? placeOfStatement(error, sent) : placeOfPosition(error.position, sent);
}

function placeOfPosition(position: string, { before, text, after, countsBytes }: SentFile): FilePlace | undefined {
  const index = indexOf(position, `${before}${text}${after}`, countsBytes) - before.length;
  // The first semicolon after the file's text ends its last statement.
  const last = text.length + after.indexOf(";");
  if (index < 0 || index > Math.max(last, text.length)) return undefined;
  const isEnd = index >= text.length;
  return pointed(text, isEnd ? text.trimEnd().length : index, isEnd);
}

function placeOfStatement(error: ErrorPlace, { text, statementsBefore, completed, countsBytes }: SentFile): FilePlace | undefined {
  // The server sends one tag for each statement that it completes.
  const nth = completed - statementsBefore;
  const statement = nth < 0 ? undefined : nthStatement(text, nth);
  if (statement === undefined) return undefined;
  const { start, end } = statement;
  const written = text.slice(start, end);
  const inside = indexInQuery(error, written, countsBytes);
  if (inside !== undefined) return pointed(text, start + inside, false);
  return { line: lineAt(text, start) + linesInBlock(error.where ?? "", written), excerpt: [], isEnd: false };
}

/** A place in a query of PL/pgSQL, if the query is in the statement once. `PERFORM` is a SELECT for the server. */
function indexInQuery({ internalQuery, internalPosition }: ErrorPlace, written: string, countsBytes: boolean): number | undefined {
  if (internalQuery === undefined || internalPosition === undefined) return undefined;
  const index = indexOf(internalPosition, internalQuery, countsBytes);
  for (const skipped of [0, /^SELECT\b/.exec(internalQuery)?.[0].length ?? 0]) {
    const query = internalQuery.slice(skipped);
    const at = query.trim() === "" ? -1 : written.indexOf(query);
    if (at >= 0 && at === written.lastIndexOf(query)) return at + index - skipped;
  }
  return undefined;
}

/** The lines from the start of a DO block to the statement in it that failed. PL/pgSQL counts from the line where the body begins. */
function linesInBlock(where: string, written: string): number {
  if (!/^do\b/i.test(written)) return 0;
  const tokens = tokensOf(written);
  const body = tokens.find(({ kind }, at) => kind === "string" && tokens[at - 1]?.text.toLowerCase() !== "language");
  // The outermost frame comes last: a block can run another one.
  const frame = where.split("\n").findLast((line) => IN_BLOCK.test(line)) ?? "";
  const line = IN_BLOCK.exec(frame)?.[1];
  return body === undefined || line === undefined ? 0 : lineAt(written, body.at) + Number(line) - 2;
}

function pointed(text: string, index: number, isEnd: boolean): FilePlace {
  return { line: lineAt(text, index), excerpt: excerptAt(text, index), isEnd };
}

function indexOf(position: string, sql: string, countsBytes: boolean): number {
  return countsBytes ? indexOfByte(Number(position), sql) : indexOfPosition(Number(position), sql);
}
