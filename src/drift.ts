import { check } from "./audit/check.ts";
import { type CommonOptions, type Context, prepare } from "./context.ts";
import { changesAsked, mirrored } from "./drift/asked.ts";
import type { Change } from "./drift/change.ts";
import { compareCatalogs } from "./drift/compare.ts";
import { hashedObjects, readDefinitions, withDefinitions } from "./drift/definitions.ts";
import type { Normalisations } from "./drift/normalise.ts";
import { withoutLogins } from "./drift/logins.ts";
import { markdown } from "./drift/report/markdown.ts";
import { parseSource } from "./drift/source.ts";
import { normalisationsOf, type Switches } from "./drift/switches.ts";
import { OffshootError } from "./errors.ts";
import { inPhase } from "./phase.ts";
import type { Repair, RepairOptions } from "./repair.ts";
import { prepareSide, type Side, withReader } from "./side.ts";

export type { Change } from "./drift/change.ts";

export interface DriftOptions extends CommonOptions, Switches {
  /**
   * What should be: `migrations`, `parent`, `run`, `branch:NAME`, `branch:NAME@TIME`, `branch:NAME@LSN`, the path of a
   * spec, a Postgres URL, or the name of a variable that holds one. Default `migrations`.
   */
  readonly expected?: string | undefined;
  /** What is, in the same forms. Default `parent`. */
  readonly actual?: string | undefined;
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
  /** Where it was asked for. */
  readonly repair?: Repair;
}

/**
 * Compares two schemas, by default what the migrations make with the Neon branch that runs start from. Both are only
 * read. Differences are a result, not an error.
 *
 * Throws `USAGE` for a side or a normalisation that isn't known, `SPEC_INVALID`, `URL_INVALID`, `CONNECTION_FAILED`,
 * `COMMAND_MISSING` and `MIGRATION_FAILED` for the migrations, `NO_PROVIDER` where Neon or a local Postgres can't be
 * had, and `PROVIDER_REJECTED` for an unknown branch.
 */
export async function drift(options: DriftOptions = {}): Promise<Drift> {
  const context = await prepare(options);
  const measure = await prepareDrift(context, options);
  const found = await inPhase(
    context.report,
    "drift",
    "schemas",
    () => measure((measured) => repaired(context, measured, options.repair)),
    describe,
  );
  if (!found.equal) context.report({ kind: "findings", markdown: markdown(found), marks: [] });
  return found;
}

async function repaired(context: Context, measured: Measured, options: RepairOptions | undefined): Promise<Drift> {
  if (options === undefined) return driftOf(measured);
  const { repairOf } = await import("./repair.ts");
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
  };
}

function describe({ changes }: Drift): string {
  if (changes.length === 0) return "schemas agree";
  return changes.length === 1 ? "1 object is not as expected" : `${changes.length} objects are not as expected`;
}

/** Both sides, while they are open, and how they differ. */
export interface Measured {
  readonly expected: Side;
  readonly actual: Side;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly normalisations: Normalisations;
}

/** Opens both sides and compares them; what was made for that is removed when `work` has ended. */
export type Measure = <T>(work: (measured: Measured) => Promise<T>) => Promise<T>;

/** Checks all that can be checked before anything is touched. Throws what `drift` throws for bad input. */
export async function prepareDrift(
  context: Context,
  options: Pick<DriftOptions, "expected" | "actual" | "ignore" | "compare">,
): Promise<Measure> {
  const normalisations = normalisationsOf(context.settings.drift, options);
  const sources = {
    expected: parseSource(options.expected ?? "migrations", "--expected", context.env),
    actual: parseSource(options.actual ?? "parent", "--actual", context.env),
  };
  if (sources.expected.kind === "spec" && sources.actual.kind === "spec") throw twoSpecs();
  const expected = await prepareSide(context, sources.expected, "--expected");
  const actual = await prepareSide(context, sources.actual, "--actual");
  return <T>(work: (measured: Measured) => Promise<T>) => {
    const compared = async (one: Side, other: Side): Promise<T> => {
      const changes = withoutLogins(await explained(context, one, other, compare(context, one, other, normalisations)));
      const measured = { expected: one, actual: other, normalisations, changes, warnings: warningsOf(one, other) };
      return work(measured);
    };
    // Migrations run on the major version of the other side, which therefore comes first.
    return actual.source === "migrations"
      ? expected.open(undefined, (one) => actual.open(majorOf(one), (other) => compared(one, other)))
      : actual.open(undefined, (other) => expected.open(majorOf(other), (one) => compared(one, other)));
  };
}

function compare(context: Context, expected: Side, actual: Side, normalisations: Normalisations): readonly Change[] {
  const now = context.now();
  if (actual.kind === "spec") {
    if (expected.kind === "spec") throw twoSpecs();
    return mirrored(changesAsked(check(expected.catalog, actual.spec, { now })));
  }
  if (expected.kind === "spec") return changesAsked(check(actual.catalog, expected.spec, { now }));
  return compareCatalogs(expected.catalog, actual.catalog, normalisations);
}

/** With the texts of the functions that differ, which the catalogs leave out. */
async function explained(context: Context, expected: Side, actual: Side, changes: readonly Change[]): Promise<readonly Change[]> {
  const objects = hashedObjects(changes);
  if (objects.length === 0) return changes;
  const texts = async (side: Side): Promise<ReadonlyMap<string, string>> =>
    side.kind === "spec" ? new Map() : withReader(context, side.url, (session) => readDefinitions(session, objects));
  return withDefinitions(changes, await texts(expected), await texts(actual));
}

function warningsOf(expected: Side, actual: Side): readonly string[] {
  const [wanted, found] = [majorOf(expected), majorOf(actual)];
  if (wanted === undefined || found === undefined || wanted === found) return [];
  return [
    `PostgreSQL ${wanted} is expected and ${found} found: what the two write down differently is not compared, such as the texts of views.`,
  ];
}

function majorOf(side: Side): number | undefined {
  return side.kind === "database" ? side.catalog.server.major : side.spec.postgres;
}

function twoSpecs(): OffshootError {
  return new OffshootError("USAGE", "Two spec files are no two schemas: each says what must be there, and not what is.", {
    remedy: "Give a database, a branch or the migrations as one of the sides.",
  });
}
