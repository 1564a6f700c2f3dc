import type { Change } from "../drift/change.ts";
import { type CommonOptions, type Context, prepare } from "../context/context.ts";
import { type Measured, prepareMeasure, type Sides } from "./drift/comparison.ts";
import type { Repair, RepairOptions } from "./drift/repair.ts";
import { inPhase } from "../context/phase.ts";

export type { Change } from "../drift/change.ts";

export interface DriftOptions extends CommonOptions, Sides {
  /** Also write the SQL that brings the actual schema to the expected one. Default: no. */
  readonly repair?: RepairOptions | undefined;
}

/** How one schema differs from another. */
export interface Drift {
  readonly version: 1;
  readonly equal: boolean;
  /** By object. */
  readonly changes: readonly Change[];
  /** What the sides were, without secrets. */
  readonly expected: string;
  readonly actual: string;
  /** What limits the comparison, such as different major versions. */
  readonly warnings: readonly string[];
  /** Whether a repair can be asked for; not where a side is a spec file, which says too little. */
  readonly repairable: boolean;
  /** Where it was asked for. */
  readonly repair?: Repair;
}

/**
 * Compares two schemas, by default what the migrations make with the Neon branch that runs start from. Both are only
 * read. Differences are a result, not an error.
 *
 * Throws `USAGE` for a side or a normalisation that isn't known, `SPEC_INVALID`, `URL_INVALID`, `CONNECTION_FAILED`,
 * `COMMAND_MISSING` and `MIGRATION_FAILED` for the migrations, `NO_PROVIDER` where Neon or a local Postgres can't be
 * had, `PROVIDER_REJECTED` for an unknown branch, and `TIMED_OUT` where others change a side all the time that it is read.
 */
export async function drift(options: DriftOptions = {}): Promise<Drift> {
  const context = await prepare(options);
  const measure = await prepareMeasure(context, options);
  const found = await inPhase(
    context.emit,
    "drift",
    "schemas",
    () => measure((measured) => repaired(context, measured, options.repair)),
    describe,
  );
  if (!found.equal) {
    // Loaded on demand, with the diff library, so that other commands start faster.
    const { markdown } = await import("../drift/report/markdown.ts");
    context.emit({ kind: "findings", markdown: markdown(found), marks: [] });
  }
  return found;
}

async function repaired(context: Context, measured: Measured, options: RepairOptions | undefined): Promise<Drift> {
  if (options === undefined) return driftOf(measured);
  const { repairOf } = await import("./drift/repair.ts");
  return { ...driftOf(measured), repair: await repairOf(context, measured, options) };
}

/** What is told of a comparison when its sides are closed. */
function driftOf({ expected, actual, changes, warnings }: Measured): Drift {
  return {
    version: 1,
    equal: changes.length === 0,
    changes,
    expected: expected.description,
    actual: actual.description,
    warnings,
    repairable: expected.kind === "database" && actual.kind === "database",
  };
}

function describe({ changes }: Drift): string {
  if (changes.length === 0) return "schemas agree";
  return changes.length === 1 ? "1 object is not as expected" : `${changes.length} objects are not as expected`;
}
