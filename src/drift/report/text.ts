import { visible } from "../../visible.ts";
import type { Paint, Style } from "../../findings/report/options.ts";
import type { Change } from "../change.ts";
import { type Compared, describeChanges, groupsOf, remediesOf } from "./compared.ts";
import { type DiffLine, unified } from "./unified.ts";

const STYLES: Readonly<Record<Change["change"], Style>> = { missing: "error", different: "warning", extra: "info" };

/** For a terminal or a log: the changes in groups, the most harmful first; then a diff, and what to do. */
export function renderText(compared: Compared, paint: Paint = (_, plain) => plain): string {
  const { changes, expected, actual, warnings } = compared;
  const sides = [`expected  ${expected}`, `actual    ${actual}`, ...warnings.map((warning) => `warning   ${warning}`)].join("\n");
  if (changes.length === 0) return `${sides}\n\nThe schemas are equal.\n`;
  const groups = groupsOf(changes).map((group) =>
    [
      paint(STYLES[group.change], group.heading.toUpperCase()),
      ...group.changes.flatMap(inWords).map((line) => visible(line.replaceAll("\n", " "))),
    ].join("\n"),
  );
  const diff = ["DIFF", ...unified(compared).map((line) => painted(line, paint))].join("\n");
  const todo = ["to do:", ...remediesOf(compared).map((remedy) => `  ${remedy}`)].join("\n");
  return `${[sides, ...groups, diff, `${describeChanges(changes)}\n${todo}`].join("\n\n")}\n`;
}

function painted({ is, text }: DiffLine, paint: Paint): string {
  if (is === "context") return text;
  return paint(is === "file" ? "strong" : is, text);
}

function inWords({ change, kind, object, detail, differences, definition }: Change): readonly string[] {
  if (change !== "different") return [`  ${kind} ${object}${detail === "" ? "" : `: ${brief(detail)}`}`];
  return [
    `  ${kind} ${object}`,
    ...differences.map(({ property, expected = "none", actual = "none" }) => {
      const isLong = hasLines(expected) || hasLines(actual) || (property === "body" && definition !== undefined);
      return `    ${property}: ${isLong ? "see the diff" : `${expected} expected, ${actual} found`}`;
    }),
  ];
}

function hasLines(value: string): boolean {
  return value.trim().includes("\n");
}

/** The first line of a text. The diff shows all lines. */
function brief(value: string): string {
  const [first = ""] = value.trim().split("\n");
  return hasLines(value) ? `${first.trimEnd()} …` : first;
}
