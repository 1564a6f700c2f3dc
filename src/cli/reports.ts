import { OffshootError } from "../errors.ts";
import { writeOutputFile } from "../context/output-file.ts";
import { choiceFlag } from "./flags.ts";
import type { Invocation } from "./invocation.ts";

/** A report from the flag `--report FORMAT[=FILE]`. */
export interface WantedReport<F extends string> {
  readonly format: F;
  /** Path of the file; undefined for stdout. */
  readonly file: string | undefined;
}

/** Where a report is shown. A file has no colours and no width. */
export interface ReportDisplay {
  readonly isTerminal: boolean;
}

/**
 * Parses the `--report` flags of a command with these `formats`. If no report is for stdout, a text report is added, or JSON
 * with `--json`. Throws `USAGE` for an unknown format, an empty file name, and two reports for one file or for stdout.
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

/** Writes each report to its file or to stdout. Throws `USAGE` for a file that cannot be written. */
export async function writeReports<F extends string>(
  reports: readonly WantedReport<F>[],
  invocation: Invocation,
  render: (format: F, looks: ReportDisplay) => string | Promise<string>,
): Promise<void> {
  for (const { format, file } of reports) {
    const text = await render(format, { isTerminal: file === undefined });
    if (file === undefined) invocation.write(text);
    else await writeOutputFile(file, text, { cwd: invocation.options.cwd });
  }
}

/** `junit=reports/schema.xml`, or only the format for stdout. */
function readReport<F extends string>(text: string, formats: readonly F[]): WantedReport<F> {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  const format = choiceFlag("--report", name, formats);
  if (file === "") {
    throw new OffshootError("USAGE", `--report ${text} has no file name.`, {
      remedy: `Write --report ${name}=FILE, or --report ${name} for stdout.`,
    });
  }
  return { format, file };
}

/** stdout and each file can have only one report. */
function requireDifferent(reports: readonly WantedReport<string>[], asJson: boolean): void {
  const places = [...reports.map(({ file }) => file), ...(asJson ? [undefined] : [])];
  const twice = places.find((place, at) => places.indexOf(place) !== at);
  if (twice === undefined && !(places.filter((place) => place === undefined).length > 1)) return;
  throw new OffshootError("USAGE", `Two reports would be written to ${twice ?? "stdout"}.`, {
    remedy: "Write one of them to another file, as in --report markdown=schema.md",
  });
}
