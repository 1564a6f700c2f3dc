/** Maximum size of one step's summary on GitHub, in bytes. GitHub drops a longer summary completely ("Adding a job summary"). */
export const SUMMARY_LIMIT = 1024 * 1024;

const CUT = "\n\n_The rest was cut off because this page is too long. The log of the job has all of it._\n";

/** Markdown cut to at most `bytes` bytes of UTF-8, at the end of a line. Closes an open code fence and adds a note about the cut. */
export function fit(markdown: string, bytes: number = SUMMARY_LIMIT): string {
  if (Buffer.byteLength(markdown) <= bytes) return markdown;
  const kept: string[] = [];
  let fence = "";
  let used = Buffer.byteLength(CUT);
  for (const line of markdown.split("\n")) {
    const opening = /^(`{3,})/.exec(line)?.[1] ?? "";
    const after = opening === "" ? fence : fence === "" ? opening : opening.length >= fence.length ? "" : fence;
    used += Buffer.byteLength(line) + 1;
    if (used + after.length + 1 > bytes) break;
    kept.push(line);
    fence = after;
  }
  if (kept.length === 0) return "";
  return kept.join("\n") + (fence === "" ? "" : `\n${fence}`) + CUT;
}
