import { stripVTControlCharacters } from "node:util";
import { createValueFilter, HIDDEN } from "./private-lines.ts";
import { publicMessage, type ServerError } from "./server-error.ts";

/** Removes the values of rows from the output of a program while it arrives. */
export interface PrivateOutput {
  /** Takes text as it arrives, and returns the complete lines of it without values. */
  push(text: string): string;
  /** The rest. To be called when the output has ended. */
  end(): string;
}

/** Characters of a line that are kept. What is longer is data. */
const LONGEST_LINE = 8_000;

/**
 * Hides the values of rows in the output of a migration command: the server's details, values in its messages, parameters of
 * statements, and values in statements. What a tool says about the migration is kept. One for each stream.
 */
export function privateOutput(): PrivateOutput {
  const filter = createValueFilter();
  let held = "";
  const complete = (end: string): string => {
    const plain = stripVTControlCharacters(held);
    const line = plain.length > LONGEST_LINE ? `${plain.slice(0, LONGEST_LINE)}${HIDDEN}` : plain;
    held = "";
    const shown = filter(line);
    return shown === undefined ? "" : shown + end;
  };
  return {
    push(text) {
      let shown = "";
      for (const part of text.split(/(?<=\n)/)) {
        const end = /\r?\n$/.exec(part)?.[0];
        const content = end === undefined ? part : part.slice(0, -end.length);
        if (held.length <= LONGEST_LINE) held += content;
        if (end !== undefined) shown += complete(end);
      }
      return shown;
    },
    end: () => (held === "" ? "" : complete("")),
  };
}

/** The text without values of rows. */
export function hideValues(text: string): string {
  const output = privateOutput();
  return output.push(text) + output.end();
}

/** The text without values in messages that the server sent: a program can print them in a form that is not known. */
export function hideMessages(text: string, sent: readonly Pick<ServerError, "message">[]): string {
  return sent.reduce((shown, { message }) => {
    const known = publicMessage(message);
    const lines = message.split(/[\r\n]+/).filter((line) => line.trim() !== "");
    if (lines.length === 1 && known === message) return shown;
    const [first = "", ...rest] = lines;
    return rest.reduce((all, line) => all.replaceAll(line.trim(), HIDDEN), shown.replaceAll(first, known));
  }, text);
}
