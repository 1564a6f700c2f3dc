import { check } from "../../audit/check.ts";
import { changesAsked, mirrored } from "../../drift/spec-changes.ts";
import type { Change } from "../../drift/change.ts";
import { compareCatalogs } from "../../drift/compare.ts";
import { hashedObjects, readDefinitions, withDefinitions } from "../../drift/function-texts.ts";
import { withoutLogins } from "../../drift/redact.ts";
import type { Normalisations } from "../../drift/normalise/normalisations.ts";
import { parseSource } from "../../drift/source.ts";
import { normalisationsOf, type Switches } from "../../drift/normalise/switches.ts";
import { OffshootError } from "../../errors.ts";
import type { Context } from "../../context/context.ts";
import { withReadSession } from "../../context/reader.ts";
import { prepareSide, type Side } from "./sides.ts";

/** What is compared, and how strictly. */
export interface Sides extends Switches {
  /**
   * What should be: `migrations`, `parent`, `run`, `branch:NAME`, `branch:NAME@TIME`, `branch:NAME@LSN`, the path of a
   * spec, a Postgres URL, or the name of a variable that holds one. Default `migrations`.
   */
  readonly expected?: string | undefined;
  /** What is, in the same forms. Default `parent`. */
  readonly actual?: string | undefined;
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
export async function prepareMeasure(context: Context, options: Sides): Promise<Measure> {
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
    side.kind === "spec" ? new Map() : withReadSession(context, side.url, (session) => readDefinitions(session, objects));
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
