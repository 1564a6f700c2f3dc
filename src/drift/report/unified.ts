import { oneLine, visible } from "../../visible.ts";
import { structuredPatch } from "diff";
import type { Change } from "../change.ts";
import type { Compared } from "./compared.ts";

/** A line of the diff, and its role, which decides its colour. */
export interface DiffLine {
  readonly is: "file" | "hunk" | "removed" | "added" | "context";
  readonly text: string;
}

/** All changes as one unified diff from the actual to the expected schema, with one hunk for each object. */
export function unified({ changes, expected, actual }: Compared): readonly DiffLine[] {
  if (changes.length === 0) return [];
  return [
    { is: "file", text: `--- actual: ${actual}` },
    { is: "file", text: `+++ expected: ${expected}` },
    ...changes.flatMap((change) => [
      { is: "hunk", text: `@@ ${change.kind} ${oneLine(change.object)} @@` } as const,
      ...hunk(change).map(shown),
    ]),
  ];
}

const IS = { "-": "removed", "+": "added", " ": "context" } as const satisfies Record<Line["sign"], DiffLine["is"]>;

function shown({ sign, text }: Line): DiffLine {
  return { is: IS[sign], text: visible(`${sign}${text}`) };
}

function hunk({ change, kind, object, detail, differences, definition }: Change): readonly Line[] {
  if (change !== "different") {
    const whole = definition?.expected ?? definition?.actual ?? (detail === "" ? `${kind} ${object}` : detail);
    const sign = change === "missing" ? "+" : "-";
    return splitLines(whole).map((text) => ({ sign, text }));
  }
  // The definition of a function contains all its properties except the owner.
  const isShown = definition?.expected !== undefined && definition.actual !== undefined && definition.expected !== definition.actual;
  const rest = isShown ? differences.filter(({ property }) => property === "owner") : differences;
  return [
    ...(isShown ? diffLines(splitLines(definition.actual), splitLines(definition.expected)) : []),
    ...rest.flatMap(({ property, expected, actual }) => diffLines(propertyLines(property, actual), propertyLines(property, expected))),
  ];
}

/** `type: bigint`; a text of several lines is below the name of the property. */
function propertyLines(property: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const [first = "", ...more] = splitLines(value);
  return more.length === 0 ? [`${property}: ${first}`] : [`${property}:`, ...[first, ...more].map((line) => `  ${line}`)];
}

function splitLines(text: string): readonly string[] {
  return text.split("\n");
}

/** One line of a unified diff: its sign and its text. */
interface Line {
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
