import type { Change } from "../drift/change.ts";
import type { Severity } from "../findings/finding.ts";
import type { CommonOptions, Context } from "../context/context.ts";
import { inContext } from "../context/in-context.ts";
import { type Comparison, type ComparisonOptions, prepareComparison } from "./drift/comparison.ts";
import type { Repair, RepairOptions } from "./drift/repair.ts";
import { inPhase } from "../context/phase.ts";

export type { Change } from "../drift/change.ts";

export interface DriftOptions extends CommonOptions, ComparisonOptions {
  /** Also create the SQL that changes the actual schema into the expected one. Default: no SQL. */
  readonly repair?: RepairOptions | undefined;
  /** The lowest severity that fails the comparison; default `error`, which is the severity of every difference. */
  readonly failOn?: Severity | undefined;
}

/** How the actual schema differs from the expected one. */
export interface Drift {
  readonly version: 1;
  readonly equal: boolean;
  /** One for each object that differs. */
  readonly changes: readonly Change[];
  /** Descriptions of the two sides, without secrets. */
  readonly expected: string;
  readonly actual: string;
  /** Limits of the comparison, such as different major versions. */
  readonly warnings: readonly string[];
  /** Whether repair SQL can be created. False when one side is a spec file, which does not describe the whole schema. */
  readonly repairable: boolean;
  readonly failOn: Severity;
  /** Whether there is a difference of the severity `failOn` or higher. */
  readonly failed: boolean;
  /** Only when `DriftOptions.repair` is set. */
  readonly repair?: Repair;
}

/**
 * Compares two schemas. By default the expected schema is the result of the migrations, and the actual schema is the Neon
 * branch that runs start from. Both are only read. Differences are a result, not an error.
 *
 * Throws `USAGE` for an unknown source or normalisation, `SPEC_INVALID`, `URL_INVALID`, `CONNECTION_FAILED`,
 * `COMMAND_MISSING` and `MIGRATION_FAILED` for the migrations, `NO_PROVIDER` when Neon or a local Postgres is not
 * available, `PROVIDER_REJECTED` for an unknown branch, and `TIMED_OUT` when other sessions change a schema during every
 * attempt to read it.
 */
export async function drift(options: DriftOptions = {}): Promise<Drift> {
  return inContext(options, (context) => driftIn(context, options));
}

async function driftIn(context: Context, options: DriftOptions): Promise<Drift> {
  const compareSides = await prepareComparison(context, options);
  const found = await inPhase(
    context.emit,
    "drift",
    "schemas",
    () => compareSides((comparison) => withRepair(context, comparison, options)),
    describe,
  );
  await emitDrift(context, found);
  return found;
}

async function emitDrift(context: Context, found: Drift): Promise<void> {
  const result = { kind: "result", topic: "drift" } as const;
  if (found.equal) return context.emit({ ...result, weight: "none", text: "none", markdown: "" });
  // Loaded on demand, with the diff library, so that other commands start faster.
  const { renderMarkdown } = await import("../drift/report/markdown.ts");
  // The diff has the texts of functions of production, which more people can read in a comment than in the log of a job.
  const markdown = renderMarkdown(found, { diff: false });
  context.emit({ ...result, weight: "problem", text: describe(found), markdown });
  context.emit({ kind: "findings", topic: "drift", markdown: renderMarkdown(found), annotations: [] });
}

async function withRepair(context: Context, comparison: Comparison, { repair, failOn }: DriftOptions): Promise<Drift> {
  if (repair === undefined) return driftOf(comparison, failOn);
  const { repairOf } = await import("./drift/repair.ts");
  return { ...driftOf(comparison, failOn), repair: await repairOf(context, comparison, repair) };
}

/** The result of a comparison, which does not need its databases any more. */
function driftOf({ expected, actual, changes, warnings }: Comparison, failOn: Severity = "error"): Drift {
  return {
    version: 1,
    equal: changes.length === 0,
    changes,
    expected: expected.description,
    actual: actual.description,
    warnings,
    repairable: expected.kind === "database" && actual.kind === "database",
    failOn,
    // Every difference is an error, which fails at any `failOn`.
    failed: changes.length > 0,
  };
}

function describe({ changes }: Drift): string {
  if (changes.length === 0) return "schemas are equal";
  return changes.length === 1 ? "1 object differs" : `${changes.length} objects differ`;
}
