import type { Change } from "../change.ts";
import { type Compared, groupsOf, REMEDIES, summary } from "./compared.ts";
import { unified } from "./unified.ts";

/** For a job summary or a comment on a pull request: a table for each sort of change, the diff folded away. */
export function markdown(compared: Compared): string {
  const { changes, expected, actual, warnings } = compared;
  const title = changes.length === 0 ? "The schemas agree" : `Schema drift: ${summary(changes)}`;
  const sides = [`Expected: ${cell(expected)}`, `Actual: ${cell(actual)}`, ...warnings.map((warning) => `**Warning:** ${cell(warning)}`)];
  const tables = groupsOf(changes).map((group) =>
    [`**${group.heading}**`, "", "| | object | detail |", "| --- | --- | --- |", ...group.changes.map(row)].join("\n"),
  );
  return `${[`### ${title}`, sides.join("  \n"), ...tables, ...(changes.length === 0 ? [] : [diff(compared), REMEDIES.join("\n")])].join("\n\n")}\n`;
}

function row({ kind, object, detail }: Change): string {
  return `| ${kind} | ${code(object)} | ${detail === "" ? "" : code(detail)} |`;
}

function diff(compared: Compared): string {
  const lines = unified(compared).map(({ text }) => text);
  const fence = "`".repeat(Math.max(3, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length + 1))));
  return `<details><summary>As a diff</summary>\n\n${fence}diff\n${lines.join("\n")}\n${fence}\n\n</details>`;
}

/** In one line of a table: a bar would end the cell, also inside of code. */
function code(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
  const fence = "`".repeat(1 + Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length)));
  return fence === "`" ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** Names of branches are anybody's words: none of them may become markup. */
function cell(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|#~]/g, "\\$&").replaceAll(/\s+/g, " ");
}
