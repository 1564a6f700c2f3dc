import { escapeMarkdown } from "../markdown.ts";
import { byWorst, SEVERITIES, type CheckFinding, type Severity } from "./finding.ts";
import { messageFor } from "./words.ts";

/** How many findings there are of each severity. */
export type Counts = Readonly<Record<Severity, number>>;

function countOf(findings: readonly CheckFinding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** What each gate gives back. */
export interface CheckResult {
  /** Worst first. */
  readonly findings: readonly CheckFinding[];
  readonly counts: Counts;
  /** Whether one of them is an error. */
  readonly failed: boolean;
}

export function resultOf(findings: readonly CheckFinding[]): CheckResult {
  const counts = countOf(findings);
  return { findings: findings.toSorted(byWorst), counts, failed: counts.error > 0 };
}

/** `paint` colours a text by its severity or its weight; default not at all. */
export type Paint = (style: Severity | "strong" | "faint", text: string) => string;

/** For a terminal or a log: worst first, each with what is wrong and what to do. `well` is said where there is nothing. */
export function textOf({ findings, counts }: CheckResult, well: string, paint: Paint = (_, plain) => plain): readonly string[] {
  if (findings.length === 0) return [`${well}: no findings.`];
  const groups = SEVERITIES.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    return group.length === 0
      ? []
      : [paint(severity, HEADINGS[severity]), "", ...group.flatMap((finding) => [...paragraph(finding, paint), ""])];
  });
  return [...groups, paint("strong", summary(counts))];
}

const HEADINGS: Readonly<Record<Severity, string>> = { error: "ERRORS", warning: "WARNINGS", info: "FOR INFORMATION" };

function paragraph(finding: CheckFinding, paint: Paint): readonly string[] {
  const { problem, details, remedy } = messageFor(finding);
  const { object, at, code } = finding;
  const place = at === undefined ? "" : `, ${at.file}:${at.line}`;
  return [
    `  ${paint("strong", object.name)}: ${problem}`,
    ...details.map((detail) => `    ${detail}`),
    `    to do: ${remedy}`,
    paint("faint", `    check: ${code}${place}, docs/check.md#${code}`),
  ];
}

/** `2 errors, 1 warning`. */
function summary(counts: Counts): string {
  return SEVERITIES.filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity === "info" ? "for information" : `${severity}${counts[severity] === 1 ? "" : "s"}`}`)
    .join(", ");
}

/** For the page of a CI run. */
export function markdownOf(findings: readonly CheckFinding[]): string {
  const rows = findings.map((finding) => {
    const { problem, remedy } = messageFor(finding);
    const place = finding.at === undefined ? "" : `${finding.at.file}:${finding.at.line}`;
    return `| ${[finding.severity, finding.object.name, problem, remedy, place].map(cell).join(" | ")} |`;
  });
  return ["| | what | is wrong | to do | where |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

function cell(text: string): string {
  return escapeMarkdown(text.replaceAll(/\s+/g, " ")).replaceAll("|", String.raw`\|`);
}
