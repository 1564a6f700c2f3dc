import { visible } from "../../visible.ts";
import { count, describeCounts } from "../count.ts";
import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import { type FindingSource, kindOf, messageFor } from "../kind.ts";
import { inBrackets, type Paint, type Renderer, type ReportOptions } from "./options.ts";

const plain: Paint = (_, text) => text;

/** For a terminal or a log: the highest severity first, each finding with what is wrong and what to do. */
export const renderText: Renderer = (findings, source, options = {}) => {
  const { paint = plain, scope, passed = source.passed } = options;
  if (findings.length === 0) return `${passed}: no findings${inBrackets(scope)}.\n`;
  const groups = SEVERITIES.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    if (group.length === 0) return [];
    return [[paint(severity, HEADINGS[severity]), ...group.map((finding) => paragraph(finding, source, options))].join("\n\n")];
  });
  return `${groups.join("\n\n")}\n\n${paint("strong", `${describeCounts(count(findings))}${inBrackets(scope)}`)}\n`;
};

const HEADINGS: Readonly<Record<Severity, string>> = { error: "ERRORS", warning: "WARNINGS", info: "INFO" };

function paragraph(finding: Finding, source: FindingSource, { paint = plain, width }: ReportOptions): string {
  const { problem, details, remedy } = messageFor(finding, source);
  const { object, at, reason, code } = finding;
  const below = (line: string): string => broken(line, { indent: 4, width });
  const [first = "", ...rest] = broken(`${object.name}: ${problem}`, { indent: 2, width }).split("\n");
  const head = first.startsWith(`  ${object.name}:`) ? `  ${paint("strong", object.name)}${first.slice(object.name.length + 2)}` : first;
  const origin = [code, ...(at === undefined ? [] : [`${at.file}:${at.line}`]), kindOf(finding, source).page];
  return [
    [head, ...rest].join("\n"),
    ...details.map(below),
    below(`to do: ${remedy}`),
    ...(reason === undefined ? [] : [below(`reason: ${reason}`)]),
    below(`code: ${origin.join(", ")}`),
  ].join("\n");
}

/** Breaks one line at its blanks to fit the width. The lines after the first are indented by four more columns. */
function broken(line: string, { indent, width = Infinity }: { readonly indent: number; readonly width?: number | undefined }): string {
  const columns = Math.max(40, width);
  const lines: string[] = [];
  let current = " ".repeat(indent);
  let begun = false;
  for (const word of inOneLine(line).split(" ")) {
    if (begun && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = " ".repeat(indent + 4) + word;
    } else current += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, current].join("\n");
}

/** Removes line breaks from a name: a CI service could read the text after one as a command, and Markdown as markup. */
export function inOneLine(text: string): string {
  return visible(text.replaceAll(/[\r\n]+/g, " "));
}
