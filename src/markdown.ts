/** Text that Markdown shows unchanged: without markup, mentions or links. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll(/[\\`*_[\]<>~]/g, String.raw`\$&`)
    .replaceAll(/@(?=\w)/g, "@\u200B");
}

/** The text as inline code. */
export function codeSpan(text: string): string {
  const fence = "`".repeat(longestFence(text) + 1);
  return text.includes("`") ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

/** Length of the longest sequence of backticks. A fence around the text must be longer. */
export function longestFence(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
