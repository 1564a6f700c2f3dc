import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { audit } from "../../audit.ts";
import type { Severity } from "../../audit/finding.ts";
import { EXIT, OffshootError } from "../../errors.ts";
import { type ReportFormat, renderFindings } from "../../findings.ts";
import { nearest } from "../../nearest.ts";
import { writeAuditSpec } from "../../write-spec.ts";
import type { Execute } from "../invocation.ts";
import { paint } from "../paint.ts";

export const execute: Execute = async (invocation, flags, [spec]) => {
  const reports = (flags["report"] as readonly string[]).map(readReport);
  requireDifferent(reports, invocation.json);
  const options = { ...invocation.options, spec, url: flags["url"] };
  if (flags["write"] === true || flags["update"] === true) {
    const { path, catalog } = await writeAuditSpec({ ...options, update: flags["update"] === true });
    const tables = catalog.schemas.length;
    invocation.print({ version: 1, spec: path, schemas: tables }, () => [`wrote  ${relative(process.cwd(), path)}`]);
    return;
  }
  const result = await audit({ ...options, failOn: severityOf(flags["failOn"] as string | undefined) });
  for (const { format, file } of [...reports, ...(hasOutput(reports) ? [] : [{ format: invocation.json ? "json" : "text" } as Report])]) {
    // Colours and width are the terminal's, and a file has neither.
    const text = await renderFindings(result, format, file === undefined ? { paint, width: process.stdout.columns } : {});
    if (file === undefined) invocation.write(text);
    else await writeReport(resolve(invocation.options.cwd ?? ".", file), text);
  }
  if (result.failed) invocation.exitCode = EXIT.findings;
};

interface Report {
  readonly format: ReportFormat;
  /** Undefined: stdout. */
  readonly file?: string | undefined;
}

const FORMATS: readonly ReportFormat[] = ["text", "json", "markdown", "junit", "sarif", "code-quality"];
const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** `junit=reports/schema.xml`, or the format alone for stdout. */
function readReport(text: string): Report {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  const format = FORMATS.find((known) => known === name);
  if (format === undefined) throw unknownWord("--report", name, FORMATS);
  if (file === "") {
    throw new OffshootError("USAGE", `--report ${text} names no file.`, {
      remedy: `Write --report ${name}=FILE, or --report ${name} for stdout.`,
    });
  }
  return { format, file };
}

function severityOf(word: string | undefined): Severity | undefined {
  if (word === undefined) return undefined;
  const severity = SEVERITIES.find((known) => known === word);
  if (severity === undefined) throw unknownWord("--fail-on", word, SEVERITIES);
  return severity;
}

function unknownWord(flag: string, word: string, known: readonly string[]): OffshootError {
  const meant = nearest(word, known);
  return new OffshootError("USAGE", `${flag} ${word}: expected one of ${known.join(", ")}.`, {
    remedy: meant === undefined ? "Nothing was audited." : `Did you mean ${meant}?`,
  });
}

/** One stream and one file hold one report each. */
function requireDifferent(reports: readonly Report[], asJson: boolean): void {
  const places = [...reports.map(({ file }) => file), ...(asJson ? [undefined] : [])];
  const twice = places.find((place, at) => places.indexOf(place) !== at);
  if (twice === undefined && !(places.filter((place) => place === undefined).length > 1)) return;
  throw new OffshootError("USAGE", `Two reports go to ${twice ?? "stdout"}.`, {
    remedy: "Give all but one a file of its own: --report junit=schema.xml --report sarif=schema.sarif",
  });
}

function hasOutput(reports: readonly Report[]): boolean {
  return reports.some(({ file }) => file === undefined);
}

async function writeReport(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
