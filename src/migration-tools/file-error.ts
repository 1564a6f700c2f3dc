import { codeOf, messageOf } from "../errors.ts";
import { type ErrorPlace, placeInFile, type SentFile } from "./file-place.ts";

/** A frame of the server's context, in any language. Other frames have statements and rows in quotes. */
const FRAME = /^PL\/pgSQL\b[^"'»«„]*$/;

/**
 * The server's error about a file, in the form in which psql prints it with its code, which people and programs know:
 * `1.sql:3: ERROR:  42601: …`, `LINE 3: …` and `^`. Both lines are of the file. The server's hint is shown; its details can have values of
 * rows, and are left out. Pure.
 */
export function fileError(file: string, thrown: unknown, sent: SentFile): readonly string[] {
  const code = codeOf(thrown);
  const fields = fieldsOf(thrown);
  const place = fields === undefined ? undefined : placeInFile(fields, sent);
  const message =
    place?.isEnd === true ? messageOf(thrown).replace(/^(syntax error at) or near ";"$/, "$1 end of input") : ofFile(thrown, sent);
  const hint = fields?.hint;
  const frames = fields?.where?.split("\n").filter((line) => FRAME.test(line)) ?? [];
  return [
    `${file}${place === undefined ? "" : `:${place.line}`}: ${code === undefined ? "" : `ERROR:  ${code}: `}${message}`,
    ...(place?.excerpt ?? []),
    ...(hint === undefined ? [] : [`HINT:  ${hint}`]),
    ...(frames.length === 0 ? [] : [`CONTEXT:  ${frames.join("\n")}`]),
  ];
}

/** A message has the rest of a text that does not end, and with it what was sent after the file. */
function ofFile(thrown: unknown, { text, after }: SentFile): string {
  const message = messageOf(thrown);
  return after === "" ? message : message.replace(`${text.slice(text.trimEnd().length)}${after}`, "");
}

/** The fields of an error that the server sent. */
function fieldsOf(thrown: unknown): (ErrorPlace & { readonly hint?: string }) | undefined {
  return thrown instanceof Error && "severity" in thrown ? (thrown as ErrorPlace) : undefined;
}
