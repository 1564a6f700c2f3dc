import type { FindingSource } from "../findings/kind.ts";
import type { ReportOptions } from "../findings/report/options.ts";
import type { ReportFormat } from "../findings/report/renderers.ts";
import { type AuditResult, auditReportOptions } from "./audit.ts";
import type { CheckResult } from "./check-result.ts";
import type { Drift } from "./drift.ts";
import type { Rehearsal } from "./rehearse.ts";

export type { ReportFormat } from "../findings/report/renderers.ts";
export type { ReportOptions } from "../findings/report/options.ts";

/** Every result with findings. */
export type ReportedResult = AuditResult | CheckResult | Drift | Rehearsal;

/**
 * Renders the result of `audit`, `drift`, `rehearse` or one of the checks as a report: `text`, `json`, `markdown` (for a job summary or a
 * comment), `junit`, `sarif` (2.1.0) or `code-quality` (GitLab). File names start at the top of the repository, as CI
 * services expect. Pure, except that it loads the code of the format on demand.
 */
export async function renderFindings(result: ReportedResult, format: ReportFormat, options: ReportOptions = {}): Promise<string> {
  if ("changes" in result) {
    const { renderDrift } = await import("../drift/report/renderers.ts");
    return renderDrift(result, format, options);
  }
  if (result.command === "rehearse") {
    const { renderRehearsal } = await import("../rehearsal/report/renderers.ts");
    return renderRehearsal(result, format, options);
  }
  const { RENDERERS } = await import("../findings/report/renderers.ts");
  const { failOn, folder } = result;
  const defaults = result.command === "audit" ? auditReportOptions(result) : { failOn, folder };
  return RENDERERS[format](result.findings, await sourceOf(result), { ...defaults, ...options });
}

async function sourceOf({ command }: AuditResult | CheckResult): Promise<FindingSource> {
  if (command === "audit") return (await import("../audit/source.ts")).AUDIT;
  return (await import("../check/sources.ts")).CHECK_SOURCES[command];
}
