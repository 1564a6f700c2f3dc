import { codeSpan, escapeMarkdown } from "../../markdown.ts";
import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import { messageFor } from "../message.ts";
import { count, summary } from "./count.ts";
import { inOneLine } from "./line.ts";
import { placeOf } from "./place.ts";
import type { Report, ReportOptions } from "./report.ts";

const SIGNS: Readonly<Record<Severity, string>> = { error: "❌", warning: "⚠️", info: "ℹ️" };
const NAMES: Readonly<Record<Severity, string>> = { error: "errors", warning: "warnings", info: "for information" };
const BYTES = 30_000;
/** Room for the words on what was left out, and the end of what is folded. */
const RESERVE = 200;

/**
 * For a job's page or a pull request's comment: errors open, all else folded. Takes at most `bytes`: what doesn't fit
 * is left out finding by finding, the mildest first, and counted.
 */
export const summariseFindings: Report = (findings, options = {}) => {
  const head = findings.length === 0 ? "✅ **Schema**: as it should be" : `**Schema**: ${summary(count(findings))}`;
  let left = (options.bytes ?? BYTES) - Buffer.byteLength(head) - RESERVE;
  let shown = 0;
  const parts = SEVERITIES.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    const opening = `${openingOf(severity, group.length)}\n`;
    left -= Buffer.byteLength(opening) + CLOSE.length;
    const items: string[] = [];
    for (const finding of group) {
      const written = item(finding, options);
      left -= Buffer.byteLength(written) + 1;
      if (left < 0) break;
      items.push(written);
    }
    shown += items.length;
    return items.length === 0 ? [] : [opening, ...items, ...(severity === "error" ? [""] : [CLOSE])];
  });
  const dropped = findings.length - shown;
  const cut = dropped === 0 ? [] : [`_${dropped} more did not fit here: \`offshoot audit\` shows all._`, ""];
  return [head, "", ...parts, ...cut].join("\n");
};

const CLOSE = "\n</details>\n";

function openingOf(severity: Severity, number: number): string {
  const title = severity === "info" ? `${number} ${NAMES.info}` : `${number} ${NAMES[severity].slice(0, number === 1 ? -1 : undefined)}`;
  return severity === "error" ? `${SIGNS.error} **${title}**` : `<details><summary>${SIGNS[severity]} ${title}</summary>`;
}

function item(finding: Finding, options: ReportOptions): string {
  const { problem, details, remedy } = messageFor(finding);
  const { object, at, code, reason } = finding;
  const place = placeOf(finding, options);
  const told = at === undefined ? codeSpan(code) : `${codeSpan(code)}, ${escapeMarkdown(place.file)}:${place.line}`;
  return [
    `- ${codeSpan(object.name)}: ${escapeMarkdown(problem)} (${told})`,
    ...details.map((detail) => `  - ${labelled(detail)}`),
    `  - to do: ${escapeMarkdown(remedy)}`,
    ...(reason === undefined ? [] : [`  - reason: ${escapeMarkdown(reason)}`]),
  ]
    .map(inOneLine)
    .join("\n");
}

/** `found: CREATE INDEX …`: the fact behind the word is code. */
function labelled(detail: string): string {
  const at = detail.indexOf(": ");
  return at < 0 ? escapeMarkdown(detail) : `${escapeMarkdown(detail.slice(0, at))}: ${codeSpan(shortened(detail.slice(at + 2)))}`;
}

/** A view's text may be pages long. */
function shortened(fact: string): string {
  return fact.length > 500 ? `${fact.slice(0, 500)}…` : fact;
}
