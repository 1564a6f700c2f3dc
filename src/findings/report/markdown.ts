import { codeSpan, escapeMarkdown } from "../../markdown.ts";
import { count, describeCount, describeCounts } from "../count.ts";
import { SEVERITIES, type Finding, type Severity } from "../finding.ts";
import { type FindingSource, messageFor } from "../kind.ts";
import { inBrackets, type Renderer, type ReportOptions } from "./options.ts";
import { placeOf } from "./place.ts";
import { inOneLine } from "./text.ts";

const SIGNS: Readonly<Record<Severity, string>> = { error: "❌", warning: "⚠️", info: "ℹ️" };
const BYTES = 30_000;
/** Bytes for the note on what was left out, and for the end of a folded part. */
const RESERVE = 200;

/**
 * For a job summary or a comment on a pull request: errors are open, all else is folded. At most `bytes` long: what does
 * not fit is left out finding by finding, the lowest severity first, and counted.
 */
export const renderMarkdown: Renderer = (findings, source, options = {}) => {
  const subject = `**${source.subject.charAt(0).toUpperCase()}${source.subject.slice(1)}**${inBrackets(options.scope)}`;
  const head = findings.length === 0 ? `✅ ${subject}: no findings` : `${subject}: ${describeCounts(count(findings))}`;
  let left = (options.bytes ?? BYTES) - Buffer.byteLength(head) - RESERVE;
  let shown = 0;
  const parts = SEVERITIES.flatMap((severity) => {
    const group = findings.filter((finding) => finding.severity === severity);
    const opening = `${openingOf(severity, group.length)}\n`;
    left -= Buffer.byteLength(opening) + CLOSE.length;
    const items: string[] = [];
    for (const finding of group) {
      const written = item(finding, source, options);
      left -= Buffer.byteLength(written) + 1;
      if (left < 0) break;
      items.push(written);
    }
    shown += items.length;
    return items.length === 0 ? [] : [opening, ...items, ...(severity === "error" ? [""] : [CLOSE])];
  });
  const dropped = findings.length - shown;
  const cut = dropped === 0 ? [] : [`_${dropped} more did not fit here. \`offshoot ${source.command}\` shows all of them._`, ""];
  const isShown = options.isTitled !== false || options.scope !== undefined;
  return [...(isShown ? [head, ""] : []), ...parts, ...cut].join("\n");
};

const CLOSE = "\n</details>\n";

function openingOf(severity: Severity, number: number): string {
  const title = describeCount(severity, number);
  return severity === "error" ? `${SIGNS.error} **${title}**` : `<details><summary>${SIGNS[severity]} ${title}</summary>`;
}

function item(finding: Finding, source: FindingSource, options: ReportOptions): string {
  const { problem, details, remedy } = messageFor(finding, source);
  const { object, at, code, reason } = finding;
  const place = placeOf(finding, source, options);
  const origin = at === undefined ? codeSpan(code) : `${codeSpan(code)}, ${escapeMarkdown(place.file)}:${place.line}`;
  return [
    `- ${codeSpan(object.name)}: ${escapeMarkdown(problem)} (${origin})`,
    ...details.map((detail) => `  - ${labelled(detail)}`),
    `  - to do: ${escapeMarkdown(remedy)}`,
    ...(reason === undefined ? [] : [`  - reason: ${escapeMarkdown(reason)}`]),
  ]
    .map(inOneLine)
    .join("\n");
}

/** Details that people paste into psql: a part of such a statement does something else. */
const PASTED: ReadonlySet<string> = new Set(["safer", "after the failure"]);

/** `found: CREATE INDEX …`: the text after the label is shown as code. */
function labelled(detail: string): string {
  const at = detail.indexOf(": ");
  if (at < 0) return escapeMarkdown(detail);
  const [label, fact] = [detail.slice(0, at), detail.slice(at + 2)];
  return `${escapeMarkdown(label)}: ${codeSpan(PASTED.has(label) ? fact : shortened(fact))}`;
}

/** The definition of a view may be pages long. */
function shortened(fact: string): string {
  return fact.length > 500 ? `${fact.slice(0, 500)}…` : fact;
}
