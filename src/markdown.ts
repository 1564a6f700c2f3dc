import { oneLine, visible } from "./visible.ts";

/** Text that Markdown shows unchanged, on one line: without markup, mentions or links. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replaceAll("&", "&amp;")
    .replaceAll(/[\\`*_[\]<>~]/g, String.raw`\$&`)
    .replaceAll(/[@#](?=\w)/g, "$&\u200B");
}

/** The text as inline code, on one line. */
export function codeSpan(given: string): string {
  const text = oneLine(given);
  const fence = "`".repeat(longestFence(text) + 1);
  return text.includes("`") ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

/** The text as a block of code. */
export function codeBlock(text: string, language: string): readonly string[] {
  const fence = "`".repeat(Math.max(3, longestFence(text) + 1));
  return [`${fence}${language}`, visible(text), fence];
}

/** Length of the longest sequence of backticks. A fence around the text must be longer. */
function longestFence(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
