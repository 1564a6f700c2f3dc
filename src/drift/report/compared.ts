import type { Severity } from "../../findings/finding.ts";
import type { Change } from "../change.ts";

/** What a report needs to know about a comparison. */
export interface Compared {
  readonly changes: readonly Change[];
  /** Descriptions of the two sides. */
  readonly expected: string;
  readonly actual: string;
  readonly warnings: readonly string[];
  /** Whether repair SQL can be created. False when one side is a spec, which does not describe the whole schema. */
  readonly repairable: boolean;
  /** Default `error`. */
  readonly failOn?: Severity | undefined;
}

/** The most harmful first: code that needs a missing object fails, while an extra object rarely does harm. */
const ORDER = ["missing", "different", "extra"] as const satisfies readonly Change["change"][];

/** The changes of one sort, in the order of the objects. */
export interface Group {
  readonly change: Change["change"];
  readonly heading: string;
  readonly changes: readonly Change[];
}

const HEADINGS: Readonly<Record<Change["change"], string>> = {
  missing: "Missing: expected, but not found",
  different: "Different",
  extra: "Extra: found, but not expected",
};

/** The changes by sort, the most harmful first. No group is empty. */
export function groupsOf(changes: readonly Change[]): readonly Group[] {
  return ORDER.map((sort) => ({
    change: sort,
    heading: HEADINGS[sort],
    changes: changes.filter(({ change }) => change === sort),
  })).filter((group) => group.changes.length > 0);
}

/** `3 missing, 1 different`. */
export function describeChanges(changes: readonly Change[]): string {
  return groupsOf(changes)
    .map((group) => `${group.changes.length} ${group.change}`)
    .join(", ");
}

/** What to do about the differences, one line each. */
export function remediesOf({ repairable }: Compared): readonly string[] {
  return [
    repairable
      ? "If the expected side is right, change the actual side: `--repair FILE` writes the SQL, tested on a copy."
      : "If the expected side is right, change the actual side. `--repair FILE` writes the SQL when neither side is a spec.",
    "If the actual side is right, add its changes to a migration.",
    "To accept a difference, ignore it with --ignore, or with drift.ignore in offshoot.yaml.",
  ];
}
