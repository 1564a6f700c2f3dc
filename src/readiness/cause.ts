import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { BrokerCounts } from "../broker/broker.ts";
import { findPrintedError, lastPlace, placeOfMessage } from "../postgres/printed-error.ts";
import { publicMessage, type ServerError } from "../postgres/server-error.ts";

/** Characters of output that are searched: a stack dump in several parts, and what a tool prints after it. */
const SEARCHED = 262_144;

/** Keeps the end of a command's output, and finds the database's error in it. */
export interface CauseFinder {
  push(text: string): void;
  /**
   * The error of the database because of which the command failed: what the command printed, with the code and the object that
   * the server sent through the broker. A tool that prints no error (drizzle-kit) has the last error that the server sent, if
   * no statement succeeded after it. Paths are relative to `cwd`. Undefined if there is none.
   */
  find(sessions: BrokerCounts | undefined, cwd: string): ServerError | undefined;
}

export function createCauseFinder(): CauseFinder {
  let kept = "";
  return {
    push(text) {
      kept += text;
      if (kept.length > 2 * SEARCHED) kept = kept.slice(-SEARCHED);
    },
    find(sessions, cwd) {
      const sent = sessions?.errors.map((error) => ({ ...error, message: publicMessage(error.message) })) ?? [];
      const output = stripVTControlCharacters(kept.slice(-SEARCHED));
      const printed = findPrintedError(output);
      if (printed !== undefined) return withShortPath({ ...sent.findLast(({ message }) => message === printed.message), ...printed }, cwd);
      const last = sessions?.ended === true ? sent.at(-1) : undefined;
      return last && withShortPath({ ...last, ...(placeOfMessage(output, last.message) ?? lastPlace(output)) }, cwd);
    },
  };
}

function withShortPath(error: ServerError, cwd: string): ServerError {
  return error.file === undefined ? error : { ...error, file: shortPath(error.file, cwd) };
}

function shortPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return file.startsWith("/") && !short.startsWith("..") ? short : file;
}
