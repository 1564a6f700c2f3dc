import { relative } from "node:path";
import { audit } from "../../audit.ts";
import type { Severity } from "../../audit/finding.ts";
import { EXIT } from "../../errors.ts";
import { type ReportFormat, renderFindings } from "../../findings.ts";
import { writeAuditSpec } from "../../write-spec.ts";
import type { Execute } from "../invocation.ts";
import { paint } from "../paint.ts";
import { readReports, unknownWord, writeReports } from "../reports.ts";

const FORMATS: readonly ReportFormat[] = ["text", "json", "markdown", "junit", "sarif", "code-quality"];
const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

export const execute: Execute = async (invocation, flags, [spec]) => {
  const reports = readReports(flags["report"] as readonly string[], FORMATS, invocation.json);
  const options = { ...invocation.options, spec, url: flags["url"] };
  if (flags["write"] === true || flags["update"] === true) {
    const { path, catalog } = await writeAuditSpec({ ...options, update: flags["update"] === true });
    const tables = catalog.schemas.length;
    invocation.print({ version: 1, spec: path, schemas: tables }, () => [`wrote  ${relative(process.cwd(), path)}`]);
    return;
  }
  const result = await audit({ ...options, failOn: severityOf(flags["failOn"] as string | undefined) });
  await writeReports(reports, invocation, (format, { isTerminal }) =>
    renderFindings(result, format, isTerminal ? { paint, width: process.stdout.columns } : {}),
  );
  if (result.failed) invocation.exitCode = EXIT.findings;
};

function severityOf(word: string | undefined): Severity | undefined {
  if (word === undefined) return undefined;
  const severity = SEVERITIES.find((known) => known === word);
  if (severity === undefined) throw unknownWord("--fail-on", word, SEVERITIES);
  return severity;
}
