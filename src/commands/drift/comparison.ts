import { applyRules } from "../../audit/apply-rules.ts";
import { changesFromSpec, swapSides } from "./spec-changes.ts";
import type { Change } from "../../drift/change.ts";
import { compareCatalogs } from "../../drift/compare.ts";
import { changedFunctions, readFunctionTexts, withFunctionTexts } from "../../drift/function-texts.ts";
import { redactChanges } from "../../drift/redact.ts";
import type { Normalisations } from "../../drift/normalise/normalisations.ts";
import { parseSource } from "../../drift/source.ts";
import { normalisationsOf, type Switches } from "../../drift/normalise/switches.ts";
import { OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { withReadSession } from "../../context/read-session.ts";
import { prepareSide, type Side } from "./sides.ts";

/** The two sides of a comparison, and what it ignores. */
export interface ComparisonOptions extends Switches {
  /**
   * The expected schema: `migrations`, `parent`, `run`, `branch:NAME`, `branch:NAME@TIME`, `branch:NAME@LSN`, the path of a
   * spec, a Postgres URL, or the name of a variable that contains one. Default `migrations`.
   */
  readonly expected?: string | undefined;
  /** The actual schema, in the same forms. Default `parent`. */
  readonly actual?: string | undefined;
}

/** Both sides, while they are open, and their differences. */
export interface Comparison {
  readonly expected: Side;
  readonly actual: Side;
  readonly changes: readonly Change[];
  readonly warnings: readonly string[];
  readonly normalisations: Normalisations;
}

/** Opens both sides, compares them and runs `work`. Then it removes the temporary databases. */
export type CompareSides = <T>(work: (comparison: Comparison) => Promise<T>) => Promise<T>;

/** The flags of the two sides, for errors. */
const FLAGS = { expected: "--expected", actual: "--actual" };

/** Checks the input before it connects to anything. Throws what `drift` throws for bad input. */
export async function prepareComparison(context: Context, options: ComparisonOptions, flags = FLAGS): Promise<CompareSides> {
  const normalisations = normalisationsOf(context.settings.drift, options);
  const sources = {
    expected: parseSource(options.expected ?? "migrations", flags.expected, context.env),
    actual: parseSource(options.actual ?? "parent", flags.actual, context.env),
  };
  if (sources.expected.kind === "spec" && sources.actual.kind === "spec") throw twoSpecs();
  const expected = await prepareSide(context, sources.expected, flags.expected);
  const actual = await prepareSide(context, sources.actual, flags.actual);
  return <T>(work: (comparison: Comparison) => Promise<T>) => {
    const compared = async (one: Side, other: Side): Promise<T> => {
      const changes = redactChanges(await withTexts(context, one, other, compare(context, one, other, normalisations)));
      const comparison = { expected: one, actual: other, normalisations, changes, warnings: warningsOf(one, other) };
      return work(comparison);
    };
    // The migrations run on the major version of the other side, so the other side opens first.
    return actual.source === "migrations"
      ? expected.open(undefined, (one) => actual.open(majorOf(one), (other) => compared(one, other), one))
      : actual.open(undefined, (other) => expected.open(majorOf(other), (one) => compared(one, other), other));
  };
}

function compare(context: Context, expected: Side, actual: Side, normalisations: Normalisations): readonly Change[] {
  const now = context.now();
  if (actual.kind === "spec") {
    if (expected.kind === "spec") throw twoSpecs();
    return swapSides(changesFromSpec(applyRules(expected.catalog, actual.spec, { now })));
  }
  if (expected.kind === "spec") return changesFromSpec(applyRules(actual.catalog, expected.spec, { now }));
  return compareCatalogs(expected.catalog, actual.catalog, normalisations);
}

/** Adds the texts of the functions that differ: a catalog has only their hashes. */
async function withTexts(context: Context, expected: Side, actual: Side, changes: readonly Change[]): Promise<readonly Change[]> {
  const objects = changedFunctions(changes);
  if (objects.length === 0) return changes;
  const texts = async (side: Side): Promise<ReadonlyMap<string, string>> =>
    side.kind === "spec" ? new Map() : withReadSession(context, side.url, (session) => readFunctionTexts(session, objects));
  return withFunctionTexts(changes, await texts(expected), await texts(actual));
}

function warningsOf(expected: Side, actual: Side): readonly string[] {
  const [wanted, found] = [majorOf(expected), majorOf(actual)];
  if (wanted === undefined || found === undefined || wanted === found) return [];
  return [
    `PostgreSQL ${wanted} is expected and ${found} found: what the two versions write differently, such as the texts of views, is not compared.`,
  ];
}

function majorOf(side: Side): number | undefined {
  return side.kind === "database" ? side.catalog.server.major : side.spec.postgres;
}

function twoSpecs(): OffshootError {
  return new OffshootError("USAGE", "Two spec files cannot be compared: a spec contains requirements, not a whole schema.", {
    remedy: "Use a database, a branch or the migrations for one of the sides.",
  });
}
