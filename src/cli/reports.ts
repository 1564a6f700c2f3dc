import { OffshootError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { writeOutputFile } from "../context/output-file.ts";
import type { Invocation } from "./invocation.ts";

/** A report that was asked for by `--report FORMAT[=FILE]`. */
export interface WantedReport<F extends string> {
  readonly format: F;
  /** Undefined: stdout. */
  readonly file: string | undefined;
}

/** How a report may look: a file has neither colours nor a width. */
export interface Looks {
  readonly isTerminal: boolean;
}

/**
 * Reads the flags of a command that knows `formats`. Where nothing goes to stdout, text does, or JSON under `--json`.
 * Throws `USAGE` for an unknown format, a missing file name, and two reports in one place.
 */
export function readReports<F extends string>(
  flags: readonly string[],
  formats: readonly (F | "text" | "json")[],
  asJson: boolean,
): readonly WantedReport<F | "text" | "json">[] {
  const reports = flags.map((text) => readReport(text, formats));
  requireDifferent(reports, asJson);
  const isPrinted = reports.some(({ file }) => file === undefined);
  return isPrinted ? reports : [...reports, { format: asJson ? "json" : "text", file: undefined }];
}

/** Writes each report to where it goes. Throws `USAGE` for a file that can't be written. */
export async function writeReports<F extends string>(
  reports: readonly WantedReport<F>[],
  invocation: Invocation,
  render: (format: F, looks: Looks) => string | Promise<string>,
): Promise<void> {
  for (const { format, file } of reports) {
    const text = await render(format, { isTerminal: file === undefined });
    if (file === undefined) invocation.write(text);
    else await writeOutputFile(file, text, { cwd: invocation.options.cwd });
  }
}

/** The error for a word that a flag doesn't know. */
export function unknownWord(flag: string, word: string, known: readonly string[]): OffshootError {
  const meant = nearest(word, known);
  return new OffshootError("USAGE", `${flag} ${word}: expected one of ${known.join(", ")}.`, {
    remedy: meant === undefined ? "Nothing was looked at." : `Did you mean ${meant}?`,
  });
}

/** `junit=reports/schema.xml`, or the format alone for stdout. */
function readReport<F extends string>(text: string, formats: readonly F[]): WantedReport<F> {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  const format = formats.find((known) => known === name);
  if (format === undefined) throw unknownWord("--report", name, formats);
  if (file === "") {
    throw new OffshootError("USAGE", `--report ${text} names no file.`, {
      remedy: `Write --report ${name}=FILE, or --report ${name} for stdout.`,
    });
  }
  return { format, file };
}

/** One stream and one file hold one report each. */
function requireDifferent(reports: readonly WantedReport<string>[], asJson: boolean): void {
  const places = [...reports.map(({ file }) => file), ...(asJson ? [undefined] : [])];
  const twice = places.find((place, at) => places.indexOf(place) !== at);
  if (twice === undefined && !(places.filter((place) => place === undefined).length > 1)) return;
  throw new OffshootError("USAGE", `Two reports go to ${twice ?? "stdout"}.`, {
    remedy: "Give all but one a file of its own, as in --report markdown=schema.md",
  });
}
