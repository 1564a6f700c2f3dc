import type { ReportOptions } from "../../findings/report/options.ts";
import { RENDERERS, type ReportFormat } from "../../findings/report/renderers.ts";
import type { Compared } from "./compared.ts";
import { DRIFT, findingsOf } from "./findings.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderText } from "./text.ts";

/** Renders a comparison. `text`, `json` and `markdown` show more than the findings: both sides, the diff and what to do. */
export function renderDrift(compared: Compared, format: ReportFormat, options: ReportOptions = {}): string {
  if (format === "text") return renderText(compared, options.paint);
  if (format === "json") return `${JSON.stringify(compared)}\n`;
  if (format === "markdown") return renderMarkdown(compared);
  return RENDERERS[format](findingsOf(compared), DRIFT, { failOn: compared.failOn, ...options });
}
