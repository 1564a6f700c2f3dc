import { structuredPatch } from "diff";

/** One line of a unified diff: its sign and its text. */
export interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Equal lines that are shown before and after a difference, as in `diff -u`. */
const CONTEXT = 3;

/** With more changed lines than this, the whole text is shown as replaced: the time to compare grows with the square. */
const MOST_CHANGED = 2000;

/** The lines that change `before` into `after`, with a few equal lines around them. `...` replaces equal lines in between. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  const options = { context: CONTEXT, maxEditLength: MOST_CHANGED };
  const patch = structuredPatch("", "", textOf(before), textOf(after), undefined, undefined, options);
  if (patch === undefined)
    return [...before.map((text) => ({ sign: "-", text }) as const), ...after.map((text) => ({ sign: "+", text }) as const)];
  return patch.hunks.flatMap(({ lines }, at) => [...(at === 0 ? [] : [{ sign: " ", text: "..." } as const]), ...lines.map(lineOf)]);
}

/** Every line ends with a line break: otherwise the library adds a note about the missing one. */
function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function lineOf(line: string): Line {
  return { sign: line.charAt(0) as Line["sign"], text: line.slice(1) };
}
