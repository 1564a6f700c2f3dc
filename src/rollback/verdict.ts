import type { Change } from "../drift/change.ts";

/**
 * The result for one migration. `identical`: the rollback restores the exact schema. `column-order`: only the order of
 * columns differs. `irreversible-declared`: the migration or the configuration declares that it has no rollback. `lossy`:
 * an object is missing, left over or different after the rollback, or rows are missing. `nondeterministic`: the second run
 * of the migration creates a different schema than the first. `not-repeatable`: the second run fails. `down-error`: the
 * rollback fails.
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

/** Verdicts that are not findings. */
const GOOD: readonly Verdict[] = ["identical", "column-order", "irreversible-declared"];

export interface RowsLost {
  readonly table: string;
  readonly before: number;
  /** After the rollback and the second run. */
  readonly after: number;
}

/** One migration that was applied, rolled back and applied again. */
export interface Step {
  /** The name of the migration. */
  readonly step: string;
  readonly verdict: Verdict;
  /** The differences after the rollback. */
  readonly lost: readonly Change[];
  /** The differences between the second run and the first. */
  readonly drifted: readonly Change[];
  /** The tables with fewer rows after the second run than before the rollback. */
  readonly rows: readonly RowsLost[];
  /** The end of the tool's output, if it failed. */
  readonly error: string | undefined;
}

/** What happened in one step. A comparison is undefined if the step failed before it. */
export interface Observation {
  readonly step: string;
  /** Whether the migration or the configuration declares that it has no rollback. */
  readonly declaredIrreversible: boolean;
  readonly downError: string | undefined;
  readonly upError: string | undefined;
  readonly afterDown: { readonly exact: readonly Change[]; readonly withoutOrder: readonly Change[] } | undefined;
  readonly afterSecondUp: readonly Change[] | undefined;
  readonly rows: readonly RowsLost[];
}

/** The verdict of a step. If several apply, the most severe one. Pure. */
export function verdictOf(observation: Observation): Step {
  const { step, declaredIrreversible, downError, upError, afterDown, afterSecondUp, rows } = observation;
  const lost = afterDown === undefined ? [] : afterDown.withoutOrder.length > 0 ? afterDown.withoutOrder : afterDown.exact;
  const facts = { step, lost, drifted: afterSecondUp ?? [], rows, error: downError ?? upError };
  const verdict = (): Verdict => {
    if (declaredIrreversible) return "irreversible-declared";
    if (downError !== undefined) return "down-error";
    if (upError !== undefined) return "not-repeatable";
    if ((afterDown !== undefined && afterDown.withoutOrder.length > 0) || rows.length > 0) return "lossy";
    if (afterSecondUp !== undefined && afterSecondUp.length > 0) return "nondeterministic";
    return lost.length > 0 ? "column-order" : "identical";
  };
  return { ...facts, verdict: verdict() };
}

export function isFinding({ verdict }: Step): boolean {
  return !GOOD.includes(verdict);
}

/** The number of steps with each verdict. */
export function countVerdicts(steps: readonly Step[]): Readonly<Record<Verdict, number>> {
  const none = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of steps) none[verdict] += 1;
  return none;
}
