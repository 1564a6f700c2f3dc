import { basename } from "node:path";
import { lineAt } from "../postgres/position.ts";
import { nthStatement } from "../postgres/sql/nth-statement.ts";
import { MIB, readBytes } from "../read-file.ts";
import { statementWords } from "./sql-words.ts";

/** More than Postgres accepts in one message, which has at most 1 GiB. */
export const MOST_BYTES = 1024 * MIB;

const UTF16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
/** The first line of the file that Git LFS keeps in place of a large one (its specification). */
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\//;

/** Statements that undo the file's own changes, or keep them outside of the database's state. */
const UNDOES = /(?:^|;)\s*(rollback(?:\s+(?:work|transaction))?(?!\s+(?:(?:work|transaction)\s+)?to\b)|abort|prepare\s+transaction)\b/i;
const COMMITS = /(?:^|;)\s*(?:commit|end)\b/i;
/** A line with a command of psql, such as `\\i` or `\\restrict`. */
const PSQL_COMMAND = /^\s*(\\[a-z!?]\S*)/im;
const COPY_ROWS = /(?:^|;)\s*copy\b[^;]*\bfrom\s+(?:stdin|program)\b/i;

/**
 * The SQL of a file, which offshoot sends to the server as it is. Throws an error that completes `FILE: …` where the server would
 * not run what the file's author wrote: another encoding, a file that was not downloaded, a file that undoes its own changes.
 */
export async function readPlainSql(path: string): Promise<string> {
  const bytes = await readBytes(path, MOST_BYTES);
  if (UTF16.some((mark) => bytes.subarray(0, 2).equals(mark))) throw refusal(path, "the file is in UTF-16. Save it as UTF-8.");
  if (bytes.includes(0)) throw refusal(path, "the file contains a zero byte, so it is not a text. Save it as UTF-8.");
  const text = decoded(bytes);
  if (text === undefined) throw refusal(path, "the file is not valid UTF-8, so its texts would be changed. Save it as UTF-8.");
  if (LFS_POINTER.test(text))
    throw refusal(path, "the file is a pointer of Git LFS, and its content was not downloaded. Run `git lfs pull`.");
  const undoes = UNDOES.exec(statementWords(text))?.[1]?.toUpperCase().replaceAll(/\s+/g, " ");
  if (undoes === undefined) return text;
  throw refusal(
    path,
    `the file contains ${undoes}, so its changes would not be in the database although it is recorded as applied. Remove that statement.`,
  );
}

/** Whether the file ends its transaction itself, so that a part of it can be in the database after a failure. */
export function commitsItself(text: string): boolean {
  return COMMITS.test(statementWords(text));
}

/**
 * What a file that failed left in the database, because it committed its transaction itself. `completed`: how many of its statements
 * the server completed. Undefined: nothing.
 */
export function keptByCommit(text: string, completed: number): string | undefined {
  if (!commitsItself(text)) return undefined;
  for (let nth = completed - 1; nth >= 0; nth -= 1) {
    const statement = nthStatement(text, nth);
    if (statement === undefined || !/^(?:commit|end)\b/i.test(text.slice(statement.start, statement.end))) continue;
    const line = lineAt(text, statement.start);
    return `The part before the COMMIT of line ${line} is in the database, but the file is not recorded as applied: the next try runs that part again. Make it safe to run twice, or move what follows into a file of its own and remove the COMMIT.`;
  }
  return undefined;
}

/** What only psql can run in a file that the server refused. Completes the message of the server. Undefined: nothing. */
export function psqlOnly(text: string): string | undefined {
  const command = PSQL_COMMAND.exec(statementWords(text))?.[1];
  const what =
    command === undefined
      ? COPY_ROWS.test(statementWords(text))
        ? "COPY … FROM STDIN, whose rows are in the file, is"
        : undefined
      : `${command} is a command of psql and is`;
  if (what === undefined) return undefined;
  return `${what} not sent to the server. To apply the files with psql, set migrations.command, such as \`psql -v ON_ERROR_STOP=1 -f FILE\`.`;
}

/** Without the mark at its beginning, as psql reads it. */
function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function refusal(path: string, text: string): Error {
  return new Error(`${basename(path)}: ${text}`);
}
