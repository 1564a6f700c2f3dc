/** The most that GitHub shows of one step, in bytes; it drops a longer summary as a whole ("Adding a job summary"). */
export const SUMMARY_LIMIT = 1024 * 1024;

const CUT = "\n\n_Cut here: the rest did not fit. The job's log has all of it._\n";

/** Markdown that takes at most `bytes` in UTF-8: whole lines from its start, open fences closed, and a word on the cut. */
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
