import type { Change } from "../change.ts";

/** What a report needs to know of a comparison. */
export interface Compared {
  readonly changes: readonly Change[];
  readonly expected: string;
  readonly actual: string;
}

/** Worst first: code that needs what is missing fails, code rarely fails for what is left over. */
export const WORST_FIRST = ["missing", "different", "extra"] as const satisfies readonly Change["change"][];

/** How a report is painted; default: not at all. */
export type Paint = (what: Change["change"] | "hunk", text: string) => string;

const HEADINGS: Readonly<Record<Change["change"], string>> = {
  missing: "MISSING: expected, and not there",
  different: "DIFFERENT",
  extra: "EXTRA: there, and not expected",
};

/** For a terminal or a log: grouped, worst first. */
export function text({ changes, expected, actual }: Compared, paint: Paint = (_, plain) => plain): string {
  const sides = `expected  ${expected}\nactual    ${actual}\n`;
  if (changes.length === 0) return `${sides}\nThe schemas agree.\n`;
  const groups = WORST_FIRST.flatMap((kind) => {
    const group = changes.filter(({ change }) => change === kind);
    return group.length === 0 ? [] : [[paint(kind, HEADINGS[kind]), ...group.flatMap(lines)].join("\n")];
  });
  return `${[sides, ...groups].join("\n\n")}\n\n${summary(changes)}\n`;
}

function lines({ change, kind, object, detail, differences }: Change): readonly string[] {
  if (change !== "different") return [`  ${kind} ${object}${detail === "" ? "" : `  ${detail}`}`];
  return [
    `  ${kind} ${object}`,
    ...differences.map(({ property, expected, actual }) => `    ${property}: ${expected ?? "none"} expected, ${actual ?? "none"} found`),
  ];
}

/** `3 missing, 1 different`. */
export function summary(changes: readonly Change[]): string {
  return WORST_FIRST.map((kind) => [kind, changes.filter(({ change }) => change === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
}
