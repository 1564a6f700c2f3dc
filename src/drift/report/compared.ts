import type { Change } from "../change.ts";

/** What a report needs to know of a comparison. */
export interface Compared {
  readonly changes: readonly Change[];
  /** What the sides were, for people. */
  readonly expected: string;
  readonly actual: string;
  readonly warnings: readonly string[];
  /** Whether a repair can be asked for. A spec, which is no schema, says too little for that. */
  readonly repairable: boolean;
}

/** Worst first: what is missing breaks those who need it, what is left over rarely harms. */
export const WORST_FIRST = ["missing", "different", "extra"] as const satisfies readonly Change["change"][];

/** The changes of one sort, in the order of the objects. */
export interface Group {
  readonly change: Change["change"];
  readonly heading: string;
  readonly changes: readonly Change[];
}

const HEADINGS: Readonly<Record<Change["change"], string>> = {
  missing: "Missing: expected, and not there",
  different: "Different",
  extra: "Extra: there, and not expected",
};

/** The changes by sort, worst first; no group is empty. */
export function groupsOf(changes: readonly Change[]): readonly Group[] {
  return WORST_FIRST.map((sort) => ({
    change: sort,
    heading: HEADINGS[sort],
    changes: changes.filter(({ change }) => change === sort),
  })).filter((group) => group.changes.length > 0);
}

/** `3 missing, 1 different`. */
export function summary(changes: readonly Change[]): string {
  return groupsOf(changes)
    .map((group) => `${group.changes.length} ${group.change}`)
    .join(", ");
}

/** What can be done about a drift, one line each. */
export function remediesOf({ repairable }: Compared): readonly string[] {
  return [
    repairable
      ? "Where the expected side is right, bring the actual one to it: `--repair FILE` writes the SQL, proved on a copy."
      : "Where the expected side is right, bring the actual one to it: between two schemas, and no spec, `--repair FILE` writes the SQL.",
    "Where the actual side is right, put what it has into a migration.",
    "What may differ for good is left out with --ignore, or drift.ignore in offshoot.yaml.",
  ];
}
