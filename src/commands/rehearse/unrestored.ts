import { withKnownNames } from "../../rehearsal/error-text.ts";
import type { IsKnownName } from "../../rehearsal/sql/known-names.ts";
import { type Part, partText } from "./original/parts.ts";

/** Parts that are listed: all of them, unless the dump failed as a whole. */
const MOST = 50;
/** Reasons that are listed. */
const MOST_REASONS = 5;
/**
 * The only errors that are shown, because they consist of fixed words and of names. All others can have values of rows, also in further
 * lines, which look as if pg_restore had written them.
 */
const SAYS_WHAT_IS_MISSING =
  /ERROR: {2}((?:(?:function|procedure) [^\n"]{1,300}|(?:type|relation|schema|collation|role|text search [a-z]+) "[^\n"]{1,300}") does not exist)$/gm;
const HIDDEN = "…";

/**
 * What of a dump could not be restored, in words. `missing`: what the server has and the copy has not, from the catalogs of both.
 * Empty where nothing is missing and pg_restore only could not write a comment on an extension, which an ordinary role cannot, or
 * a publication of all tables, which is created later. Pure.
 */
export function unrestored(output: string, missing: readonly Part[], isKnown: IsKnownName): string {
  const failed = output
    .split(/^(?=pg_restore: error: )/m)
    .slice(1)
    .filter((text) => !/^Command was: (?:COMMENT ON EXTENSION |CREATE PUBLICATION .* FOR ALL TABLES)/m.test(text));
  const parts = missing.map(partText);
  if (parts.length === 0 && failed.length === 0) return "";
  const reasons = new Set([...output.matchAll(SAYS_WHAT_IS_MISSING)].map(([, words = ""]) => withKnownNames(words, isKnown)));
  const shown = [...reasons].filter((text) => !text.includes(HIDDEN));
  const what = parts.length === 0 ? `${failed.length} of its statements failed, such as comments or default values` : listed(parts, MOST);
  return `${what}${shown.length === 0 ? "" : ` (${listed(shown, MOST_REASONS)})`}`;
}

function listed(texts: readonly string[], most: number): string {
  return `${texts.slice(0, most).join(", ")}${texts.length > most ? ` and ${texts.length - most} more` : ""}`;
}

/** Names of tables whose rows pg_restore could not restore, without their schemas, which it does not print. They can be other texts, of rows. Pure. */
export function tablesWithoutRows(output: string): ReadonlySet<string> {
  const failed = output.matchAll(/^pg_restore: error: COPY failed for table "((?:[^"]|"")+)"/gm);
  return new Set([...failed].map(([, name = ""]) => name.replaceAll('""', '"')));
}
