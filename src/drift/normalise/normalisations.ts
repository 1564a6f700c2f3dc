import type { Catalog } from "../../catalog/catalog.ts";
import { withoutNeonAuth, withoutPartitionParts, withoutToolTables } from "./excluded-objects.ts";
import { alignMajors } from "./majors.ts";
import { alignConstraintNames, alignIndexNames, alignSequenceNames } from "./names.ts";
import { withFlatConditions } from "./nested-conditions.ts";
import { alignOwners } from "./owners.ts";
import { each, type Pair } from "./pair.ts";
import { withoutColumnOrder, withoutExtensionVersions, withoutFrozenTimes, withoutPopulated, withRestoredLists } from "./values.ts";

interface Normalisation {
  /** What the comparison ignores while the normalisation applies, and why. */
  readonly what: string;
  readonly apply: (pair: Pair) => Pair;
}

/**
 * Differences that a comparison can ignore. All apply by default, except those in `OFF`; each can be turned on and off. The
 * order matters: names are aligned before the objects that refer to them.
 */
export const NORMALISATIONS = {
  postgresVersion: {
    what: "how different major versions write the same view, rule or right. Only if the major versions differ",
    apply: alignMajors,
  },
  neonAuth: { what: "the schema `neon_auth`, which Neon Auth creates and fills", apply: each(withoutNeonAuth) },
  partitionParts: {
    what: "indexes and constraints that a partition or child table only inherits from its parent: Postgres generates their names",
    apply: withoutPartitionParts,
  },
  owners: {
    what: "the name of the role that owns most objects, because two projects rarely use the same name, and the default owner of `public`. Other owners are compared",
    apply: alignOwners,
  },
  nestedConditions: {
    what: "parentheses around an AND that is a part of another AND, in checks, policies and the conditions of indexes",
    apply: each(withFlatConditions),
  },
  sequenceNames: { what: "names that Postgres generated for the sequences of serial and identity columns", apply: alignSequenceNames },
  constraintNames: { what: "generated names of constraints that are otherwise equal", apply: alignConstraintNames },
  indexNames: { what: "generated names of indexes that are otherwise equal", apply: alignIndexNames },
  columnOrder: {
    what: "the order of columns: a new column is always the last one, and Postgres cannot move it",
    apply: each(withoutColumnOrder),
  },
  frozenTimes: {
    what: "the time in a default, view, check or index such as `default 'now()'`, which Postgres fixes when the migration runs: it differs in every run",
    apply: each(withoutFrozenTimes),
  },
  restoredLists: {
    what: "how a list of `character varying` constants is written: it is different after a dump was restored",
    apply: each(withRestoredLists),
  },
  extensionVersions: { what: "versions of extensions: they depend on the server", apply: each(withoutExtensionVersions) },
  toolTables: {
    what: "version tables of migration tools: their rows differ, and some tools change the tables themselves",
    apply: each(withoutToolTables),
  },
  populated: { what: "whether a materialized view has data", apply: each(withoutPopulated) },
  comments: { what: "comments", apply: each((catalog) => ({ ...catalog, comments: [] })) },
  grants: { what: "grants and default privileges", apply: each((catalog) => ({ ...catalog, grants: [], defaultPrivileges: [] })) },
} as const satisfies Readonly<Record<string, Normalisation>>;

export type NormalisationName = keyof typeof NORMALISATIONS;

/** Which normalisations apply. */
export type Normalisations = Readonly<Record<NormalisationName, boolean>>;

/** Comments and grants are part of a schema, so they are compared unless the user ignores them. */
const OFF: readonly NormalisationName[] = ["comments", "grants"];

export const DEFAULT_NORMALISATIONS: Normalisations = Object.fromEntries(
  Object.keys(NORMALISATIONS).map((name) => [name, !OFF.some((off) => off === name)]),
) as unknown as Normalisations;

/** Both catalogs with the normalisations applied. */
export function normalise(expected: Catalog, actual: Catalog, options: Partial<Normalisations>): Pair {
  const switches = { ...DEFAULT_NORMALISATIONS, ...options };
  return Object.entries(NORMALISATIONS).reduce<Pair>(
    (pair, [name, { apply }]) => (switches[name as NormalisationName] ? apply(pair) : pair),
    [expected, actual],
  );
}
