import { align } from "./align.ts";

/**
 * A changed text in the style of its original: `plain` is the original as the changed text would have been written
 * without the change. Lines and stretches of them that were not changed stay as they stand in the original.
 */
export function restyle(original: string, plain: string, changed: string): string {
  const [ours, base, theirs] = [original, plain, changed].map((text) => text.split("\n")) as [string[], string[], string[]];
  const ending = ours.some((line) => line.endsWith("\r")) ? "\r" : "";
  const toOurs = invert(align(ours.map(bare), base.map(bare)), base.length);
  const toTheirs = align(base, theirs);
  const told: string[] = [];
  let [at, from, into] = [0, 0, 0];
  // The lines that all three have are where the three can be compared stretch by stretch; the end is one of them.
  for (let line = 0; line <= base.length; line++) {
    const [ourLine, theirLine] = line === base.length ? [ours.length, theirs.length] : [toOurs[line], toTheirs[line]];
    if (ourLine === undefined || theirLine === undefined) continue;
    const fresh = theirs.slice(into, theirLine);
    const isSame = fresh.join("\n") === base.slice(at, line).join("\n");
    told.push(...(isSame ? ours.slice(from, ourLine) : fresh.map((text) => text + ending)), ...ours.slice(ourLine, ourLine + 1));
    [at, from, into] = [line + 1, ourLine + 1, theirLine + 1];
  }
  return told.join("\n");
}

/** What a line says, whatever its blanks. */
function bare(line: string): string {
  return line.replaceAll(/\s+/g, "");
}

function invert(matches: readonly (number | undefined)[], length: number): readonly (number | undefined)[] {
  const inverted: (number | undefined)[] = Array.from({ length }, () => undefined);
  for (const [from, to] of matches.entries()) if (to !== undefined) inverted[to] = from;
  return inverted;
}
