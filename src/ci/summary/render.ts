import { codeBlock, codeSpan, escapeMarkdown } from "../../markdown.ts";
import { formatElapsed } from "../../duration.ts";
import type { CommandSummary, Kept, SummarizedDatabase } from "./command-summary.ts";
import { timeline } from "./timeline.ts";

/** A command summary as GitHub Markdown: error, findings, database, skipped providers, phases with times, notes, kept database. */
export function renderSummary(summary: CommandSummary): string {
  const { phases, database, refusals, notes } = summary;
  const failed = summary.failure !== undefined || summary.exitCode !== 0;
  const total = phases.reduce((end, { startMs, ms }) => Math.max(end, startMs + ms), 0);
  return [
    `### ${failed ? "❌" : "✅"} ${escapeMarkdown(summary.title)}${summary.job === undefined ? "" : ` in ${codeSpan(summary.job)}`}: ${outcome(summary)} after ${formatElapsed(total)}`,
    "",
    // The error comes first, because a reader of a failed job looks for it.
    ...block(summary.failure === undefined ? [] : codeBlock(summary.failure, "text")),
    ...block(summary.findings === undefined ? [] : [summary.findings.trim()]),
    ...block([
      ...(database === undefined ? [] : [databaseLine(database)]),
      ...refusals.map(({ provider, text }) => `Skipped **${provider}**: ${escapeMarkdown(text)}`),
    ]),
    ...block(table(summary)),
    ...block(timeline(phases)),
    ...block(notes.map((note) => `- ${escapeMarkdown(note)}`)),
    ...(summary.kept === undefined ? [] : keptLines(summary.kept)),
  ].join("\n");
}

function databaseLine({ name, provider, id, consoleUrl }: SummarizedDatabase): string {
  const page =
    consoleUrl === undefined
      ? ""
      : `, branch [${codeSpan(id)}](${consoleUrl.replaceAll(/[()<>\s]/g, (each) => `%${each.charCodeAt(0).toString(16)}`)})`;
  return `**Database** ${codeSpan(name)} from **${provider}**${page}`;
}

function outcome({ failure, exitCode }: CommandSummary): string {
  if (failure !== undefined) return "failed";
  return exitCode === 0 ? "done" : `ended with status ${exitCode}`;
}

function table({ phases }: CommandSummary): readonly string[] {
  if (phases.length === 0) return [];
  return [
    "| phase | time | |",
    "|---|---:|---|",
    ...phases.map(
      ({ phase, ms, text, failed }) => `| ${cell(phase)} | ${formatElapsed(ms)} | ${failed ? "**failed** " : ""}${cell(text)} |`,
    ),
  ];
}

/** Lines of prose become a paragraph with hard line breaks. A list, a table and a code block keep their form. */
function block(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const isProse = !/^[|`-]/.test(lines[0] ?? "");
  return [lines.join(isProse ? "  \n" : "\n"), ""];
}

function cell(text: string): string {
  return escapeMarkdown(text).replaceAll("|", String.raw`\|`);
}

/** The commands are code, because Markdown would change some of their characters. */
function keptLines({ text, commands }: Kept): readonly string[] {
  return [...block([escapeMarkdown(text)]), ...block(commands.length === 0 ? [] : codeBlock(commands.join("\n"), "sh"))];
}
