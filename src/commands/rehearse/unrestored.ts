import { publicMessage } from "../../postgres/server-error.ts";
import { redact } from "../../redact.ts";

/** Errors that are listed. */
const MOST = 5;

/**
 * What pg_restore could not restore, from its output. Only the lines with the server's words are read: what follows them can be
 * a row, and the words can contain a value. Comments on extensions are left out: an ordinary role cannot write them. Pure.
 */
export function unrestored(output: string): string {
  const messages = output
    .split(/^(?=pg_restore: )/m)
    .filter((text) => /^pg_restore: (error|warning): (?!errors ignored on restore)/.test(text))
    .filter((text) => !/^Command was: COMMENT ON EXTENSION /m.test(text));
  const words = messages.map(
    (text) =>
      text
        .split("\n", 1)[0]
        ?.replace(/^pg_restore: \w+: /, "")
        .replace(/:?\s+Command was:.*$/, "") ?? "",
  );
  const more = words.length > MOST ? `; and ${words.length - MOST} more` : "";
  return redact(`${words.slice(0, MOST).map(publicMessage).join("; ")}${more}`);
}

/** The names of the tables whose rows pg_restore could not restore, without their schemas, which it does not print. Pure. */
export function tablesWithoutRows(output: string): readonly string[] {
  const failed = output.matchAll(/^pg_restore: error: COPY failed for table "((?:[^"]|"")+)"/gm);
  return [...new Set([...failed].map(([, name = ""]) => name.replaceAll('""', '"')))];
}
