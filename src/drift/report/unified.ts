import type { Change } from "../change.ts";
import type { Compared } from "./compared.ts";
import { diffLines, type Line } from "./lines.ts";

/** A line of the diff, and what it is for whoever paints it. */
export interface DiffLine {
  readonly is: "file" | "hunk" | "removed" | "added" | "context";
  readonly text: string;
}

/** All changes as one unified diff that leads from what is to what should be: `-` goes, `+` comes. One hunk for each object. */
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
  // The text of a function says what differs in it, and everything but its owner and the like.
  const isShown = definition?.expected !== undefined && definition.actual !== undefined && definition.expected !== definition.actual;
  const rest = isShown ? differences.filter(({ property }) => property === "owner") : differences;
  return [
    ...(isShown ? diffLines(lines(definition.actual), lines(definition.expected)) : []),
    ...rest.flatMap(({ property, expected, actual }) => diffLines(said(property, actual), said(property, expected))),
  ];
}

/** `type: bigint`; a text of several lines stands below its name. */
function said(property: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const [first = "", ...more] = lines(value);
  return more.length === 0 ? [`${property}: ${first}`] : [`${property}:`, ...[first, ...more].map((line) => `  ${line}`)];
}

function lines(text: string): readonly string[] {
  return text.split("\n");
}
