import type { Change } from "../drift/change.ts";

/**
 * The result for one migration. `identical`: the rollback restores the exact schema. `column-order`: only the order of
 * columns differs. `generated-names`: only names that Postgres generated for sequences, constraints and indexes differ, and
 * perhaps the order of columns. `irreversible-declared`: the migration or the configuration declares that it has no rollback. `lossy`:
 * an object is missing, left over or different after the rollback, or rows are missing. `nondeterministic`: the second run
 * of the migration creates a different schema than the first. `not-repeatable`: the second run fails. `down-error`: the
 * rollback fails.
 */
export const VERDICTS = [
  "identical",
  "column-order",
  "generated-names",
  "irreversible-declared",
  "lossy",
  "nondeterministic",
  "not-repeatable",
  "down-error",
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Verdicts that are not findings. */
const GOOD: readonly Verdict[] = ["identical", "column-order", "generated-names", "irreversible-declared"];

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

/** How the schema after the rollback differs from the one before the migration. Each list ignores more than the one before. */
export interface RollbackChanges {
  readonly exact: readonly Change[];
  /** Without the order of columns. */
  readonly named: readonly Change[];
  /** Without generated names either: what the rollback lost. */
  readonly lost: readonly Change[];
}

/** What happened in one step. A comparison is undefined if the step failed before it. */
export interface Observation {
  readonly step: string;
  /** Whether the migration or the configuration declares that it has no rollback. */
  readonly declaredIrreversible: boolean;
  readonly downError: string | undefined;
  readonly upError: string | undefined;
  readonly afterDown: RollbackChanges | undefined;
  readonly afterSecondUp: readonly Change[] | undefined;
  readonly rows: readonly RowsLost[];
}

/** The verdict of a step. If several apply, the most severe one. Pure. */
export function verdictOf(observation: Observation): Step {
  const { step, declaredIrreversible, downError, upError, afterDown, afterSecondUp, rows } = observation;
  const { exact = [], named = [], lost: missing = [] } = afterDown ?? {};
  const lost = [missing, named, exact].find((changes) => changes.length > 0) ?? [];
  const facts = { step, lost, drifted: afterSecondUp ?? [], rows, error: downError ?? upError };
  const verdict = (): Verdict => {
    if (declaredIrreversible) return "irreversible-declared";
    if (downError !== undefined) return "down-error";
    if (upError !== undefined) return "not-repeatable";
    if (missing.length > 0 || rows.length > 0) return "lossy";
    if (afterSecondUp !== undefined && afterSecondUp.length > 0) return "nondeterministic";
    if (named.length > 0) return "generated-names";
    return exact.length > 0 ? "column-order" : "identical";
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
