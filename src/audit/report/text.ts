import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import { messageFor } from "../message.ts";
import { pageOf } from "../page.ts";
import { count, type Counts } from "./count.ts";

/** How a report is painted; default: not at all. */
export type Paint = (severity: Severity, text: string) => string;

export interface TextOptions {
  readonly paint?: Paint | undefined;
}

/** For a terminal or a log: worst first, each with what is wrong and what to do. */
export function text(findings: readonly Finding[], { paint = (_, plain) => plain }: TextOptions = {}): string {
  const counts = count(findings);
  if (findings.length === 0) return "The schema is as it should be: no findings.\n";
  const groups = SEVERITIES.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    return group.length === 0 ? [] : [[paint(severity, HEADINGS[severity]), ...group.map(paragraph)].join("\n\n")];
  });
  return `${groups.join("\n\n")}\n\n${summary(counts)}\n`;
}

const HEADINGS: Readonly<Record<Severity, string>> = { error: "ERRORS", warning: "WARNINGS", info: "FOR INFORMATION" };

function paragraph(finding: Finding): string {
  const { problem, details, remedy } = messageFor(finding);
  const { object, at, reason } = finding;
  const lines = [`  ${object.name}: ${problem}`, ...details.map((detail) => `    ${detail}`), `    to do: ${remedy}`];
  if (reason !== undefined) lines.push(`    reason: ${reason}`);
  lines.push(`    check: ${[finding.code, ...(at === undefined ? [] : [`${at.file}:${at.line}`]), pageOf(finding.code)].join(", ")}`);
  return lines.join("\n");
}

/** `2 errors, 1 warning`. */
export function summary(counts: Counts): string {
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) => {
    const number = counts[severity];
    return severity === "info" ? `${number} for information` : `${number} ${severity}${number === 1 ? "" : "s"}`;
  });
  return parts.length === 0 ? "no findings" : parts.join(", ");
}
