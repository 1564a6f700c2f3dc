import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { BrokerCounts } from "../broker/broker.ts";
import { findPrintedError, lastPlace, placeOfMessage } from "../postgres/printed-error.ts";
import { withoutNoise } from "../process/noise.ts";
import { publicMessage, type ServerError } from "../postgres/server-error.ts";

/** Characters of output that are searched: a stack dump in several parts, and what a tool prints after it. */
const SEARCHED = 262_144;

/** The last line of a program that failed for a reason of its own: `Error: …`, `TypeError: …`, `fatal: …`. */
const OWN_ERROR = /^\s*(?:\S+: )?(?:\w*(?:error|exception)|fatal|panic)\b\s*[:!]/i;

/** What is found. */
export interface Found {
  /** The error of the database because of which the command failed, if one was found. */
  readonly cause?: ServerError | undefined;
  /** An error of the database after which the command continued, and then failed for another reason. Instead of `cause`. */
  readonly earlier?: ServerError | undefined;
}

/** Keeps the end of a command's output, and finds the database's error in it. */
export interface CauseFinder {
  push(text: string): void;
  /**
   * The error of the database because of which the command failed: what the command printed, with the code and the object that
   * the server sent through the broker. A tool that prints no error (drizzle-kit) has the last error that the server sent, if
   * no statement succeeded after it. If statements succeeded after an error, and the last line is another error, the command
   * went on after the first one. Paths are relative to `cwd`. Empty if there is none.
   */
  find(sessions: BrokerCounts | undefined, cwd: string): Found;
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
      if (printed !== undefined) {
        const error = withShortPath({ ...sent.findLast(({ message }) => message === printed.message), ...printed }, cwd);
        return sessions?.ended === false && sent.length > 0 && endsOtherwise(output, printed.message)
          ? { earlier: error }
          : { cause: error };
      }
      const last = sessions?.ended === true ? sent.at(-1) : undefined;
      if (last === undefined) return {};
      return { cause: withShortPath({ ...last, ...(placeOfMessage(output, last.message) ?? lastPlace(output)) }, cwd) };
    },
  };
}

/** Whether the output ends with an error that is not this one of the database. */
function endsOtherwise(output: string, message: string): boolean {
  const last = withoutNoise(output.split("\n")).findLast((line) => line.trim() !== "") ?? "";
  return OWN_ERROR.test(last) && !last.includes(message) && findPrintedError(last) === undefined;
}

function withShortPath(error: ServerError, cwd: string): ServerError {
  return error.file === undefined ? error : { ...error, file: shortPath(error.file, cwd) };
}

function shortPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return file.startsWith("/") && !short.startsWith("..") ? short : file;
}
