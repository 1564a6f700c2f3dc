import type { ReportFormat } from "./audit/report/registry.ts";
import type { ReportOptions } from "./audit/report/report.ts";
import { type AuditResult, reportOptionsOf } from "./steps/audit.ts";

export type { ReportFormat } from "./audit/report/registry.ts";
export type { ReportOptions } from "./audit/report/report.ts";

/**
 * The findings of an audit as a report: `text`, `json`, `markdown` (a job's page, a comment), `junit`, `sarif` (2.1.0)
 * or `code-quality` (GitLab). Files are named from the top of the repository, as CI services want them. Pure but for
 * loading the format's code.
 */
export async function renderFindings(result: AuditResult, format: ReportFormat, options: ReportOptions = {}): Promise<string> {
  const { REPORTS } = await import("./audit/report/registry.ts");
  return REPORTS[format](result.findings, { ...reportOptionsOf(result), ...options });
}
