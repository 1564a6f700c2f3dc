import { codeBlock, codeSpan, escapeMarkdown } from "../../markdown.ts";
import type { Change } from "../change.ts";
import { type Compared, describeChanges, groupsOf, remediesOf } from "./compared.ts";
import { unified } from "./unified.ts";

/** Fits into a job summary beside those of other commands, and into a comment on a pull request. */
const BYTES = 30_000;
/** Bytes for the note on what was left out. */
const RESERVE = 200;
/** In characters. The definition of a view can be pages long; the diff shows all of it. */
const LONGEST = 300;

/**
 * For a job summary or a comment on a pull request: the most harmful changes first, the diff folded. At most 30,000 bytes
 * long: if the text is longer, the diff is left out first, then change by change, each with a note. `diff: false` leaves it out in any case.
 */
export function renderMarkdown(compared: Compared, { diff: withDiff = true }: { readonly diff?: boolean } = {}): string {
  const { changes } = compared;
  const head = headOf(compared);
  if (changes.length === 0) return `${head.join("\n")}\n`;
  const remedies = remediesOf(compared);
  const items = groupsOf(changes).flatMap((group) => [
    { heading: `\n**${group.heading}**\n` },
    ...group.changes.map((change) => ({ change })),
  ]);
  const lines: string[] = [];
  let left = BYTES - RESERVE - bytesOf([...head, ...remedies]);
  let dropped = 0;
  for (const item of items) {
    const line = "heading" in item ? item.heading : itemOf(item.change);
    left -= bytesOf([line]);
    if (left >= 0) lines.push(line);
    else if ("change" in item) dropped += 1;
  }
  const diff = withDiff ? diffOf(compared) : [];
  const cut = [
    ...(dropped === 0 ? [] : [`\n_${dropped} more did not fit here. \`offshoot drift\` shows all of them._`]),
    ...(bytesOf(diff) <= left ? diff : ["\n_The diff did not fit here: `offshoot drift` shows it._"]),
  ];
  return [...head, ...lines, ...cut, "", ...remedies.map((remedy) => `- ${remedy}`), ""].join("\n");
}

function headOf({ changes, expected, actual, warnings }: Compared): readonly string[] {
  return [
    changes.length === 0 ? "✅ **Schema drift**: none" : `❌ **Schema drift**: ${describeChanges(changes)}`,
    "",
    `- expected: ${escapeMarkdown(expected)}`,
    `- actual: ${escapeMarkdown(actual)}`,
    ...warnings.map((warning) => `- ⚠️ ${escapeMarkdown(warning)}`),
  ];
}

function itemOf({ kind, object, detail }: Change): string {
  return `- ${kind} ${codeSpan(object)}${detail === "" ? "" : `: ${codeSpan(brief(detail))}`}`;
}

function brief(detail: string): string {
  const line = detail.trim().replaceAll(/\s*\n\s*/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function diffOf(compared: Compared): readonly string[] {
  const text = unified(compared)
    .map((line) => line.text)
    .join("\n");
  return ["\n<details><summary>Diff</summary>\n", ...codeBlock(text, "diff"), "\n</details>"];
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
