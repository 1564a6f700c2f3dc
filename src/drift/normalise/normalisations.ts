import type { Catalog } from "../../catalog/catalog.ts";
import { withRestoredLists } from "./values.ts";
import { alignMajors } from "./majors.ts";
import { alignConstraintNames, alignIndexNames, alignSequenceNames } from "./names.ts";
import { withoutNeonAuth } from "./excluded-objects.ts";
import { alignOwners } from "./owners.ts";
import type { Pair } from "./pair.ts";

interface Normalisation {
  /** What is not told apart while it applies, and why. */
  readonly what: string;
  readonly apply: (pair: Pair) => Pair;
}

/**
 * What is taken for equal although the catalogs say otherwise. All apply by default but those in `OFF`; each can be
 * switched. The order matters: names are aligned before what refers to them is compared.
 */
export const NORMALISATIONS = {
  postgresVersion: {
    what: "how different major versions write down the same view, rule or right; only where the majors differ",
    apply: alignMajors,
  },
  neonAuth: { what: "the schema `neon_auth`, which Neon Auth makes and fills", apply: each(withoutNeonAuth) },
  partitionParts: {
    what: "indexes and constraints that a partition has from its parent, whose names Postgres makes up",
    apply: each(withoutPartitionParts),
  },
  owners: {
    what: "the name of the role that owns the most, since two projects rarely have the same, and of who owns `public` by default. Other owners count",
    apply: alignOwners,
  },
  sequenceNames: { what: "names that Postgres gave to the sequences of serial and identity columns", apply: alignSequenceNames },
  constraintNames: { what: "names of constraints that are equal but for a generated name", apply: alignConstraintNames },
  indexNames: { what: "names of indexes that are equal but for a generated name", apply: alignIndexNames },
  columnOrder: {
    what: "the order of columns: one that is added later comes last, and Postgres can't move it",
    apply: each(withoutColumnOrder),
  },
  frozenTimes: {
    what: "a time that was frozen into a default when the migration ran, as `default 'now()'` does: no two runs agree",
    apply: each(withoutFrozenTimes),
  },
  restoredLists: {
    what: "how a list of `character varying` constants is written: a dump that was restored has it in another way",
    apply: each(withRestoredLists),
  },
  extensionVersions: { what: "versions of extensions: they come with the server", apply: each(withoutExtensionVersions) },
  toolTables: {
    what: "the tables in which migration tools count: their rows differ, and some tools change them themselves",
    apply: each(withoutToolTables),
  },
  populated: { what: "whether a materialized view was ever refreshed: a matter of data", apply: each(withoutPopulated) },
  comments: { what: "comments", apply: each((catalog) => ({ ...catalog, comments: [] })) },
  grants: { what: "grants and default privileges", apply: each((catalog) => ({ ...catalog, grants: [], defaultPrivileges: [] })) },
} as const satisfies Readonly<Record<string, Normalisation>>;

export type NormalisationName = keyof typeof NORMALISATIONS;

/** Which normalisations apply. */
export type Normalisations = Readonly<Record<NormalisationName, boolean>>;

/** Comments and grants are part of a schema unless somebody says otherwise. */
const OFF: readonly NormalisationName[] = ["comments", "grants"];

export const DEFAULT_NORMALISATIONS: Normalisations = Object.fromEntries(
  Object.keys(NORMALISATIONS).map((name) => [name, !OFF.some((off) => off === name)]),
) as unknown as Normalisations;

/** Both catalogs without what is not to be told apart. */
export function normalise(expected: Catalog, actual: Catalog, options: Partial<Normalisations>): Pair {
  const switches = { ...DEFAULT_NORMALISATIONS, ...options };
  return Object.entries(NORMALISATIONS).reduce<Pair>(
    (pair, [name, { apply }]) => (switches[name as NormalisationName] ? apply(pair) : pair),
    [expected, actual],
  );
}

function each(change: (catalog: Catalog) => Catalog): (pair: Pair) => Pair {
  return ([expected, actual]) => [change(expected), change(actual)];
}

function withoutPartitionParts(catalog: Catalog): Catalog {
  return {
    ...catalog,
    indexes: catalog.indexes.filter((index) => index.parent === undefined),
    constraints: catalog.constraints.filter((constraint) => constraint.inherited !== true),
  };
}

function withoutColumnOrder(catalog: Catalog): Catalog {
  const tables = catalog.tables.map((table) => ({ ...table, columns: table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }));
  // Extended statistics list their columns in the table's order, whatever order they were given in.
  const statistics = catalog.statistics.map((item) => ({ ...item, definition: item.definition.replace(/ ON (.*) FROM /s, inOrder) }));
  return { ...catalog, tables, statistics };
}

function inOrder(_whole: string, columns: string): string {
  return ` ON ${columns.split(", ").toSorted().join(", ")} FROM `;
}

const FROZEN = /'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?:[+-]\d\d)?'::timestamp/g;

function withoutFrozenTimes(catalog: Catalog): Catalog {
  const tables = catalog.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) =>
      column.default === undefined ? column : { ...column, default: column.default.replaceAll(FROZEN, "'a frozen time'::timestamp") },
    ),
  }));
  return { ...catalog, tables };
}

function withoutExtensionVersions(catalog: Catalog): Catalog {
  return { ...catalog, extensions: catalog.extensions.map((extension) => ({ ...extension, version: "any" })) };
}

/** Alembic, Prisma, Rails and golang-migrate, knex, drizzle, node-pg-migrate, Flyway, Liquibase, Django, TypeORM, Kysely, goose, db-migrate. */
const TOOL_TABLES =
  /^(?:alembic_version|_prisma_migrations|schema_migrations|ar_internal_metadata|knex_migrations(?:_lock)?|__drizzle_migrations|pgmigrations|flyway_schema_history|databasechangelog(?:lock)?|django_migrations|kysely_migration(?:_lock)?|goose_db_version|atlas_schema_revisions)$/;

function withoutToolTables(catalog: Catalog): Catalog {
  const gone = new Set(catalog.tables.filter((table) => TOOL_TABLES.test(table.name)).map((table) => table.id));
  if (gone.size === 0) return catalog;
  const isGone = (id: string): boolean => gone.has(id) || [...gone].some((table) => id.startsWith(`${table}.`));
  const tables = new Set(catalog.tables.filter((table) => gone.has(table.id)).map((table) => `${table.schema} ${table.name}`));
  const keep = (item: { readonly schema: string; readonly table: string }): boolean => !tables.has(`${item.schema} ${item.table}`);
  return {
    ...catalog,
    tables: catalog.tables.filter((table) => !gone.has(table.id)),
    indexes: catalog.indexes.filter(keep),
    constraints: catalog.constraints.filter(keep),
    triggers: catalog.triggers.filter(keep),
    sequences: catalog.sequences.filter((sequence) => sequence.ownedBy === undefined || !isGone(sequence.ownedBy)),
    grants: catalog.grants.filter((grant) => !isGone(grant.name)),
    comments: catalog.comments.filter((comment) => !isGone(comment.name)),
  };
}

function withoutPopulated(catalog: Catalog): Catalog {
  return {
    ...catalog,
    views: catalog.views.map((view) => {
      const { populated: _, ...rest } = view;
      return rest;
    }),
  };
}
