import type { Change } from "../drift/change.ts";

/**
 * What one migration's way back is worth: `identical`, it leads exactly where it came from; `column-order`, but for the
 * order of columns; `lossy`, something is missing or left over afterwards, rows included; `irreversible-declared`, its author
 * says that there is none; `down-error`, it fails; `not-repeatable`, the way up fails after it;
 * `nondeterministic`, the second way up leads elsewhere than the first.
 */
export const VERDICTS = [
  "identical",
  "column-order",
  "irreversible-declared",
  "lossy",
  "nondeterministic",
  "not-repeatable",
  "down-error",
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Verdicts that are no findings. */
const GOOD: readonly Verdict[] = ["identical", "column-order", "irreversible-declared"];

export interface RowsLost {
  readonly table: string;
  readonly before: number;
  /** After down and up again. */
  readonly after: number;
}

/** One migration, tried up, down and up again. */
export interface Step {
  /** The migration's name. */
  readonly step: string;
  readonly verdict: Verdict;
  /** What the way back leaves different: missing and extra objects, and changed ones. */
  readonly lost: readonly Change[];
  /** What the second way up makes different from the first. */
  readonly drifted: readonly Change[];
  /** Rows that were there before the way back and are not after the second way up. */
  readonly rows: readonly RowsLost[];
  /** The end of what the tool said, where it failed. */
  readonly error: string | undefined;
}

/** What was observed of one step. Comparisons are undefined where it did not come so far. */
export interface Observed {
  readonly step: string;
  /** Whether the author or the configuration says that there is no way back. */
  readonly declared: boolean;
  readonly downError: string | undefined;
  readonly upError: string | undefined;
  readonly back: { readonly exact: readonly Change[]; readonly withoutOrder: readonly Change[] } | undefined;
  readonly again: readonly Change[] | undefined;
  readonly rows: readonly RowsLost[];
}

/** The worst that can be said of a step. Pure. */
export function judge(observed: Observed): Step {
  const { step, declared, downError, upError, back, again, rows } = observed;
  const lost = back === undefined ? [] : back.withoutOrder.length > 0 ? back.withoutOrder : back.exact;
  const facts = { step, lost, drifted: again ?? [], rows, error: downError ?? upError };
  const verdict = (): Verdict => {
    if (declared) return "irreversible-declared";
    if (downError !== undefined) return "down-error";
    if (upError !== undefined) return "not-repeatable";
    if ((back !== undefined && back.withoutOrder.length > 0) || rows.length > 0) return "lossy";
    if (again !== undefined && again.length > 0) return "nondeterministic";
    return lost.length > 0 ? "column-order" : "identical";
  };
  return { ...facts, verdict: verdict() };
}

export function isFinding({ verdict }: Step): boolean {
  return !GOOD.includes(verdict);
}

/** How many steps got each verdict. */
export function countVerdicts(steps: readonly Step[]): Readonly<Record<Verdict, number>> {
  const none = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of steps) none[verdict] += 1;
  return none;
}
