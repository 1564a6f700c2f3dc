import { readFileSync, writeSync } from "node:fs";
import { codeOf } from "../errors.ts";

/** Words that ask for a help text or the version. */
const ASKS = /^(?:-h|--help|-V|--version)$/;

/**
 * Prints a help text or the version that the build has made, and returns whether it did. Making it again takes half as long as the
 * start of Node. `file` has the texts by the words of the command line. A stream for stdout takes as long again, so this writes
 * to the file descriptor; what it cannot write is left to the command line itself.
 */
export function printReadyHelp(words: readonly string[], file: string, write: typeof writeSync = writeSync): boolean {
  if (!ASKS.test(words.at(-1) ?? "")) return false;
  try {
    const texts = new Map(Object.entries(JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, string>>));
    const text = texts.get(words.join(" "));
    if (text === undefined) return false;
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += write(1, bytes, at);
    return true;
  } catch (thrown) {
    // A reader that has ended, as in `offshoot --help | head -1`, is not an error.
    return codeOf(thrown) === "EPIPE";
  }
}
