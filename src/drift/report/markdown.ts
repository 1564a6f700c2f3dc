import { codeSpan, escapeMarkdown, longestFence } from "../../markdown.ts";
import type { Change } from "../change.ts";
import { type Compared, groupsOf, remediesOf, summary } from "./compared.ts";
import { unified } from "./unified.ts";

/** As much as a job's page bears beside others, and a comment on a pull request takes by itself. */
const BYTES = 30_000;
/** Room for the words on what was left out. */
const RESERVE = 200;
/** A view's text may be pages long; the diff has all of it. */
const LONGEST = 300;

/**
 * For a job's page or a comment on a pull request: worst first, the diff folded away. Takes at most 30,000 bytes: the
 * diff goes first where that is too little, then change by change, and both are told.
 */
export function markdown(compared: Compared): string {
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
  const diff = diffOf(compared);
  const cut = [
    ...(dropped === 0 ? [] : [`\n_${dropped} more did not fit here._`]),
    ...(bytesOf(diff) <= left ? diff : ["\n_The diff did not fit here: `offshoot drift` shows it._"]),
  ];
  return [...head, ...lines, ...cut, "", ...remedies.map((remedy) => `- ${remedy}`), ""].join("\n");
}

function headOf({ changes, expected, actual, warnings }: Compared): readonly string[] {
  return [
    changes.length === 0 ? "✅ **Schema drift**: none" : `❌ **Schema drift**: ${summary(changes)}`,
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
  const fence = "`".repeat(Math.max(3, longestFence(text) + 1));
  return ["\n<details><summary>As a diff</summary>\n", `${fence}diff`, text, fence, "\n</details>"];
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
