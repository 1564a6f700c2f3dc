import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import { messageFor } from "../message.ts";
import { pageOf } from "../page.ts";
import { count, summary } from "./count.ts";
import { inOneLine } from "./line.ts";
import type { Report, ReportOptions } from "./report.ts";

/** For a terminal or a log: worst first, each with what is wrong and what to do. */
export const text: Report = (findings, options = {}) => {
  const { paint = plain } = options;
  if (findings.length === 0) return "The schema is as it should be: no findings.\n";
  const groups = SEVERITIES.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    if (group.length === 0) return [];
    return [[paint(severity, HEADINGS[severity]), ...group.map((finding) => paragraph(finding, options))].join("\n\n")];
  });
  return `${groups.join("\n\n")}\n\n${paint("strong", summary(count(findings)))}\n`;
};

const HEADINGS: Readonly<Record<Severity, string>> = { error: "ERRORS", warning: "WARNINGS", info: "FOR INFORMATION" };

function paragraph(finding: Finding, { paint = plain, width }: ReportOptions): string {
  const { problem, details, remedy } = messageFor(finding);
  const { object, at, reason, code } = finding;
  const below = (line: string): string => broken(line, { indent: 4, width });
  const [first = "", ...rest] = broken(`${object.name}: ${problem}`, { indent: 2, width }).split("\n");
  const head = first.startsWith(`  ${object.name}:`) ? `  ${paint("strong", object.name)}${first.slice(object.name.length + 2)}` : first;
  return [
    [head, ...rest].join("\n"),
    ...details.map(below),
    below(`to do: ${remedy}`),
    ...(reason === undefined ? [] : [below(`reason: ${reason}`)]),
    paint("faint", below(`check: ${[code, ...(at === undefined ? [] : [`${at.file}:${at.line}`]), pageOf(code)].join(", ")}`)),
  ].join("\n");
}

function plain(_: unknown, unpainted: string): string {
  return unpainted;
}

/** One line in as many as the width asks for, at its blanks; what follows the first hangs four columns deeper. */
function broken(line: string, { indent, width = Infinity }: { readonly indent: number; readonly width?: number | undefined }): string {
  const room = Math.max(40, width);
  const lines: string[] = [];
  let current = " ".repeat(indent);
  let begun = false;
  for (const word of inOneLine(line).split(" ")) {
    if (begun && current.length + 1 + word.length > room) {
      lines.push(current);
      current = " ".repeat(indent + 4) + word;
    } else current += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, current].join("\n");
}
