import { publicMessage, RAISED } from "../../postgres/server-error.ts";
import { redact } from "../../redact.ts";
import { withKnownNames } from "../../rehearsal/error-text.ts";
import type { IsKnownName } from "../../rehearsal/sql/known-names.ts";

/** Errors that are listed. */
const MOST = 5;
/** What comes before the server's words: pg_restore's own, and the severity in the server's language. */
const BEFORE_WORDS = /^(.*?: \p{L}+:  )(.*)$/u;
/** In the context of an error that code in the database raised. */
const RAISING = /\b(?:RAISE|ASSERT)\b|PL\/(?:Python|Perl|Tcl)/;

/**
 * What pg_restore could not restore, from its output. Only the lines with the server's words are read: what follows them can be
 * a row, and the words can contain a value, also as a name. Comments on extensions are left out, because an ordinary role cannot write
 * them, and publications of all tables, which are created later. Pure.
 */
export function unrestored(output: string, isKnown: IsKnownName): string {
  const messages = output
    .split(/^(?=pg_restore: )/m)
    .filter((text) => /^pg_restore: (error|warning): (?!errors ignored on restore)/.test(text))
    .filter((text) => !/^Command was: (?:COMMENT ON EXTENSION |CREATE PUBLICATION .* FOR ALL TABLES)/m.test(text));
  const words = messages.map((text) => wordsOf(text, isKnown));
  const more = words.length > MOST ? `; and ${words.length - MOST} more` : "";
  return redact(`${words.slice(0, MOST).join("; ")}${more}`);
}

function wordsOf(text: string, isKnown: IsKnownName): string {
  const [first = "", ...context] = text.split(/^Command was:.*/m)[0]?.split("\n") ?? [];
  const line = first.replace(/^pg_restore: \w+: /, "").replace(/:?\s+Command was:.*$/, "");
  const [, before, words = ""] = BEFORE_WORDS.exec(line) ?? [];
  if (before === undefined) return publicMessage(line);
  return `${publicMessage(before)}  ${context.some((each) => RAISING.test(each)) ? RAISED : withKnownNames(words, isKnown)}`;
}

/** The names of the tables whose rows pg_restore could not restore, without their schemas, which it does not print. Pure. */
export function tablesWithoutRows(output: string): readonly string[] {
  const failed = output.matchAll(/^pg_restore: error: COPY failed for table "((?:[^"]|"")+)"/gm);
  return [...new Set([...failed].map(([, name = ""]) => name.replaceAll('""', '"')))];
}
