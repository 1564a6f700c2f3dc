import type { CheckCode, FactsByCode } from "./facts.ts";

export type { CheckCode, FactsByCode } from "./facts.ts";

export type Severity = "error" | "warning" | "info";

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** The severity that each code has. A rule may tell a milder case. */
export const SEVERITY: Readonly<Record<CheckCode, Severity>> = {
  "endpoint-unreachable": "error",
  "endpoint-status": "error",
  "endpoint-format": "error",
  "metric-missing": "error",
  "metric-type": "error",
  "metric-empty": "warning",

  "worker-ended": "error",
  "worker-quiet": "error",
  "worker-unready": "error",
  "worker-complains": "warning",
  "worker-stubborn": "warning",
  "worker-left": "warning",

  "migrates-twice": "error",
  "migration-failure-hidden": "error",
  "migrates-through-pooler": "error",
  "secret-in-output": "error",
  "needs-missing": "error",
  "branch-left": "warning",
  "cleanup-skipped": "warning",
  "untrusted-checkout": "error",
  "output-buffered": "warning",
  "increment-ends-script": "warning",
};

export interface CheckedObject {
  readonly kind: "endpoint" | "metric" | "worker" | "job" | "step";
  /** Of a step: its job and its name, id, action or place. */
  readonly name: string;
}

interface FindingOf<C extends CheckCode> {
  readonly code: C;
  readonly severity: Severity;
  readonly object: CheckedObject;
  readonly facts: FactsByCode[C];
  /** In a file that was checked, as it was named. */
  readonly at?: { readonly file: string; readonly line: number } | undefined;
}

/** One thing that a gate found, as data: its prose is in `words.ts`. */
export type CheckFinding = { [C in CheckCode]: FindingOf<C> }[CheckCode];

/** Makes a finding with its code's severity. */
export function found<C extends CheckCode>(code: C, object: CheckedObject, facts: FactsByCode[C], at?: CheckFinding["at"]): CheckFinding {
  // The code and its facts belong together by the parameter's type.
  return { code, severity: SEVERITY[code], object, facts, ...(at === undefined ? {} : { at }) } as CheckFinding;
}

/** Orders findings: worst first, then by place, else as they were found. */
export function byWorst(a: CheckFinding, b: CheckFinding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || byPlace(a, b);
}

function byPlace({ at: a }: CheckFinding, { at: b }: CheckFinding): number {
  if (a === undefined || b === undefined || a.file !== b.file) return (a?.file ?? "") < (b?.file ?? "") ? -1 : a?.file === b?.file ? 0 : 1;
  return a.line - b.line;
}
