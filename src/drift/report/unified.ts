import type { Change } from "../change.ts";
import type { Compared } from "./compared.ts";
import { diffLines, type Line } from "./lines.ts";

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
    ...changes.flatMap((change) => [{ is: "hunk", text: `@@ ${change.kind} ${change.object} @@` } as const, ...hunk(change).map(shown)]),
  ];
}

const IS = { "-": "removed", "+": "added", " ": "context" } as const satisfies Record<Line["sign"], DiffLine["is"]>;

function shown({ sign, text }: Line): DiffLine {
  return { is: IS[sign], text: `${sign}${text}` };
}

function hunk({ change, kind, object, detail, differences, definition }: Change): readonly Line[] {
  if (change !== "different") {
    const whole = definition?.expected ?? definition?.actual ?? (detail === "" ? `${kind} ${object}` : detail);
    const sign = change === "missing" ? "+" : "-";
    return lines(whole).map((text) => ({ sign, text }));
  }
  // The definition of a function contains all its properties except the owner.
  const isShown = definition?.expected !== undefined && definition.actual !== undefined && definition.expected !== definition.actual;
  const rest = isShown ? differences.filter(({ property }) => property === "owner") : differences;
  return [
    ...(isShown ? diffLines(lines(definition.actual), lines(definition.expected)) : []),
    ...rest.flatMap(({ property, expected, actual }) => diffLines(propertyLines(property, actual), propertyLines(property, expected))),
  ];
}

/** `type: bigint`; a text of several lines is below the name of the property. */
function propertyLines(property: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const [first = "", ...more] = lines(value);
  return more.length === 0 ? [`${property}: ${first}`] : [`${property}:`, ...[first, ...more].map((line) => `  ${line}`)];
}

function lines(text: string): readonly string[] {
  return text.split("\n");
}
