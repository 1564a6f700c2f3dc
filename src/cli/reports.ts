import type { OptionValues } from "commander";
import { renderFindings, type ReportedResult, type ReportFormat } from "../commands/render-findings.ts";
import { writeOutputFile } from "../context/output-file.ts";
import { EXIT, OffshootError } from "../errors.ts";
import { SEVERITIES, type Severity } from "../findings/finding.ts";
import { choiceFlag } from "./flags.ts";
import type { Invocation } from "./invocation.ts";
import { paint } from "./paint.ts";

const FORMATS: readonly ReportFormat[] = ["text", "json", "markdown", "junit", "sarif", "code-quality"];

/** A report from the flag `--report FORMAT[=FILE]`. */
export interface WantedReport {
  readonly format: ReportFormat;
  /** Path of the file; undefined for stdout. */
  readonly file: string | undefined;
}

/** The flags of every command with findings. */
export interface ReportFlags {
  readonly reports: readonly WantedReport[];
  /** Undefined: the default of the command. */
  readonly failOn: Severity | undefined;
}

/**
 * Parses the `--report` and `--fail-on` flags. If no report is for stdout, a text report is added, or JSON with `--json`.
 * Throws `USAGE` for an unknown format or severity, an empty file name, and two reports for one file or for stdout.
 */
export function reportFlags(flags: OptionValues, asJson: boolean, formats: readonly ReportFormat[] = FORMATS): ReportFlags {
  const reports = (flags["report"] as readonly string[]).map((text) => readReport(text, formats));
  requireDifferent(reports, asJson);
  const severity = flags["failOn"] as string | undefined;
  const failOn = severity === undefined ? undefined : choiceFlag("--fail-on", severity, SEVERITIES);
  const isPrinted = reports.some(({ file }) => file === undefined);
  return { failOn, reports: isPrinted ? reports : [...reports, { format: asJson ? "json" : "text", file: undefined }] };
}

/** Writes each report to its file, or with `print` to stdout, and sets the exit status. Throws `USAGE` for a file that cannot be written. */
export async function writeReports(
  result: ReportedResult,
  reports: readonly WantedReport[],
  invocation: Invocation,
  print: (text: string) => void = invocation.write,
): Promise<void> {
  for (const { format, file } of reports) {
    // A file has no colours and no width.
    const text = await renderFindings(result, format, file === undefined ? { paint, width: process.stdout.columns } : {});
    if (file === undefined) print(cleanReport(text, format, invocation));
    else await writeOutputFile(file, text, { cwd: invocation.options.cwd });
  }
  if (result.failed) invocation.exitCode = EXIT.findings;
}

/** A report can contain names and output of others, and the CI service reads stdout. */
export function cleanReport(text: string, format: ReportFormat, { job }: Invocation): string {
  if (format === "text" || format === "markdown") return job.clean(text);
  // In XML, a character can be written as its number.
  return format === "junit" ? text.replaceAll("##", "&#35;#") : job.cleanJson(text);
}

/** `junit=reports/schema.xml`, or only the format for stdout. */
function readReport(text: string, formats: readonly ReportFormat[]): WantedReport {
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
function requireDifferent(reports: readonly WantedReport[], asJson: boolean): void {
  const places = [...reports.map(({ file }) => file), ...(asJson ? [undefined] : [])];
  const twice = places.find((place, at) => places.indexOf(place) !== at);
  if (twice === undefined && !(places.filter((place) => place === undefined).length > 1)) return;
  throw new OffshootError("USAGE", `Two reports would be written to ${twice ?? "stdout"}.`, {
    remedy: "Write one of them to another file, as in --report markdown=schema.md",
  });
}
