/** Foreign words stay words: no markup, no mention, no link of theirs. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll(/[\\`*_[\]<>~]/g, String.raw`\$&`)
    .replaceAll(/@(?=\w)/g, "@\u200B");
}

/** Text as it stands, in one line of code. */
export function codeSpan(text: string): string {
  const fence = "`".repeat(longestFence(text) + 1);
  return text.includes("`") ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

/** Length of the longest run of backticks: a fence around the text needs one more. */
export function longestFence(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
