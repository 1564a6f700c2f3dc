import { nextToken, type Token, tokensOf } from "../../postgres/sql/tokens.ts";

/** Commands of psql that send the statement before them, as a semicolon does (PostgreSQL documentation, "psql"). */
const SENDS = /^\\(?:;|g(?:x|set|exec|desc)?(?![a-z_])|watch\b|crosstabview\b)/;
/** To the end of its line, or to `\\` between two commands in one line, which is not looked for in quotes. */
const COMMAND = /\\(?:;|\\|copy\b[^\r\n]*|(?:'[^'\n]*(?:'|(?=\n|$))|[^'\n])*?(?=\s\\\\|\n|$))/y;
/** The table with its columns, the source, and the options. psql sends it as `COPY … FROM STDIN`. */
const COPY_COMMAND = /^\\copy\b([^]*?)\bfrom\s+((?:program\s+)?(?:'(?:[^']|'')*'|\S+))([^]*)$/i;
/** The line that ends the rows of COPY. */
const END_OF_ROWS = /^\\\.\r?$/m;

/**
 * The tokens of a file of SQL, also of one for psql: without psql's own commands, except `\copy`, and without the rows of
 * `COPY … FROM stdin`, which begin in the line after it and end at `\.`. Pure.
 */
export function tokensOfFile(text: string): readonly Token[] {
  const tokens: Token[] = [];
  /** The first token of the statement that is read. */
  let start = 0;
  /** COPY statements in this line, whose rows come after it. */
  let copies = 0;
  for (let at = 0; ;) {
    const token = nextToken(text, at);
    const lineEnd = copies === 0 ? -1 : text.indexOf("\n", at);
    if (lineEnd >= 0 && (token === undefined || token.at > lineEnd)) {
      at = endOfRows(text, lineEnd + 1);
      copies -= 1;
      continue;
    }
    if (token === undefined) return tokens;
    const command = token.text === "\\" ? commandAt(text, token.at) : undefined;
    at = token.at + (command ?? token.text).length;
    if (command === undefined ? token.text === ";" : SENDS.test(command)) {
      if (readsInput(tokens.slice(start))) copies += 1;
      tokens.push({ kind: "symbol", text: ";", at: token.at });
      start = tokens.length;
    } else if (command === undefined) {
      tokens.push(token);
    } else {
      const [, table = "", source, options = ""] = COPY_COMMAND.exec(command) ?? [];
      if (source === undefined) continue;
      if (source.toLowerCase() === "stdin") copies += 1;
      // It does not end the statement that is read, so it comes before its tokens.
      const copy = tokensAt(`copy${table} from stdin ${options};`, token.at);
      tokens.splice(start, 0, ...copy);
      start += copy.length;
    }
  }
}

function tokensAt(sql: string, at: number): readonly Token[] {
  return tokensOf(sql).map((token) => ({ ...token, at }));
}

function commandAt(text: string, at: number): string {
  COMMAND.lastIndex = at;
  return COMMAND.exec(text)?.[0] ?? "\\";
}

function readsInput(statement: readonly Token[]): boolean {
  const words = statement.map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : ""));
  return words[0] === "copy" && words.some((word, at) => word === "stdin" && words[at - 1] === "from");
}

/** The end of the line with `\.`, so that the rows of another COPY of the same line can follow. Rows without it reach to the end. */
function endOfRows(text: string, from: number): number {
  const found = END_OF_ROWS.exec(text.slice(from));
  return found === null ? text.length : from + found.index + found[0].length;
}
