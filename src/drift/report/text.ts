import type { Change } from "../change.ts";
import { type Compared, groupsOf, remediesOf, summary } from "./compared.ts";
import { type DiffLine, unified } from "./unified.ts";

/** How a report is painted; default: not at all. */
export type Paint = (what: Change["change"] | DiffLine["is"], text: string) => string;

/** For a terminal or a log: in words, grouped and worst first; then as a diff, and what to do. */
export function text(compared: Compared, paint: Paint = (_, plain) => plain): string {
  const { changes, expected, actual, warnings } = compared;
  const sides = [`expected  ${expected}`, `actual    ${actual}`, ...warnings.map((warning) => `warning   ${warning}`)].join("\n");
  if (changes.length === 0) return `${sides}\n\nThe schemas agree.\n`;
  const groups = groupsOf(changes).map((group) =>
    [paint(group.change, group.heading.toUpperCase()), ...group.changes.flatMap(inWords)].join("\n"),
  );
  const diff = ["AS A DIFF", ...unified(compared).map(({ is, text: line }) => paint(is, line))].join("\n");
  const todo = ["to do:", ...remediesOf(compared).map((remedy) => `  ${remedy}`)].join("\n");
  return `${[sides, ...groups, diff, `${summary(changes)}\n${todo}`].join("\n\n")}\n`;
}

function inWords({ change, kind, object, detail, differences, definition }: Change): readonly string[] {
  if (change !== "different") return [`  ${kind} ${object}${detail === "" ? "" : `: ${brief(detail)}`}`];
  return [
    `  ${kind} ${object}`,
    ...differences.map(({ property, expected = "none", actual = "none" }) => {
      const isLong = isOfLines(expected) || isOfLines(actual) || (property === "body" && definition !== undefined);
      return `    ${property}: ${isLong ? "as the diff shows" : `${expected} expected, ${actual} found`}`;
    }),
  ];
}

function isOfLines(value: string): boolean {
  return value.trim().includes("\n");
}

/** A text of several lines is for the diff. */
function brief(value: string): string {
  const [first = ""] = value.trim().split("\n");
  return isOfLines(value) ? `${first.trimEnd()} …` : first;
}
