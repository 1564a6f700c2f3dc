import type { ReportFormat } from "./report/registry.ts";
import type { ReportOptions } from "./report/report.ts";
import { type AuditResult, reportOptionsOf } from "../commands/audit-in.ts";

export type { ReportFormat } from "./report/registry.ts";
export type { ReportOptions } from "./report/report.ts";

/**
 * The findings of an audit as a report: `text`, `json`, `markdown` (a job's page, a comment), `junit`, `sarif` (2.1.0)
 * or `code-quality` (GitLab). Files are named from the top of the repository, as CI services want them. Pure but for
 * loading the format's code.
 */
export async function renderFindings(result: AuditResult, format: ReportFormat, options: ReportOptions = {}): Promise<string> {
  const { REPORTS } = await import("./report/registry.ts");
  return REPORTS[format](result.findings, { ...reportOptionsOf(result), ...options });
}
