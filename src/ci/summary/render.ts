import { codeSpan, escapeMarkdown, longestFence } from "../../markdown.ts";
import { formatElapsed } from "../../duration.ts";
import type { CommandSummary } from "./command-summary.ts";
import { timeline } from "./timeline.ts";

/** A story as GitHub's Markdown: which database and why, how long each phase took, what was found, what stays. */
export function renderSummary(story: CommandSummary): string {
  const { phases: chapters, database, refusals, notes } = story;
  const failed = story.failure !== undefined || story.exitCode !== 0;
  const total = chapters.reduce((end, { startMs, ms }) => Math.max(end, startMs + ms), 0);
  return [
    `### ${failed ? "❌" : "✅"} ${escapeMarkdown(story.title)}${story.job === undefined ? "" : ` in ${codeSpan(story.job)}`}: ${outcome(story)} after ${formatElapsed(total)}`,
    "",
    // What went wrong is what the reader came for.
    ...block(story.failure === undefined ? [] : fenced(story.failure)),
    ...block(story.findings === undefined ? [] : [story.findings.trim()]),
    ...block([
      ...(database === undefined ? [] : [`**Database** ${codeSpan(database.name)} from **${database.provider}**`]),
      ...refusals.map(({ provider, text }) => `Passed over **${provider}**: ${escapeMarkdown(text)}`),
    ]),
    ...block(table(story)),
    ...block(timeline(chapters)),
    ...block(notes.map((note) => `- ${escapeMarkdown(note)}`)),
    ...block(story.kept === undefined ? [] : [`**Left:** ${escapeMarkdown(story.kept)}`]),
  ].join("\n");
}

function outcome({ failure, exitCode }: CommandSummary): string {
  if (failure !== undefined) return "failed";
  return exitCode === 0 ? "done" : `ended with status ${exitCode}`;
}

function table({ phases: chapters }: CommandSummary): readonly string[] {
  if (chapters.length === 0) return [];
  return [
    "| phase | time | |",
    "|---|---:|---|",
    ...chapters.map(
      ({ phase, ms, text, failed }) => `| ${cell(phase)} | ${formatElapsed(ms)} | ${failed ? "**failed** " : ""}${cell(text)} |`,
    ),
  ];
}

/** Single lines of prose become a paragraph with hard breaks; what is already a list or a table stays one. */
function block(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const isProse = !/^[|`-]/.test(lines[0] ?? "");
  return [lines.join(isProse ? "  \n" : "\n"), ""];
}

function cell(text: string): string {
  return escapeMarkdown(text.replaceAll(/\s+/g, " ")).replaceAll("|", String.raw`\|`);
}

function fenced(text: string): readonly string[] {
  const fence = "`".repeat(Math.max(3, longestFence(text) + 1));
  return [`${fence}text`, text, fence];
}
