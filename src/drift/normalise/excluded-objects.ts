import type { Catalog } from "../../catalog/catalog.ts";
import type { Constraint } from "../../catalog/constraints.ts";
import { path } from "../../catalog/quote.ts";
import type { Pair } from "./pair.ts";

/** The schema that Neon Auth creates and fills (Neon documentation, "Neon Auth"). */
const NEON_AUTH = "neon_auth";

/** Removes the objects of Neon Auth: migrations neither create nor change them. */
export function withoutNeonAuth(catalog: Catalog): Catalog {
  return {
    ...catalog,
    schemas: catalog.schemas.filter(({ name }) => name !== NEON_AUTH),
    tables: outside(catalog.tables),
    views: outside(catalog.views),
    constraints: outside(catalog.constraints),
    indexes: outside(catalog.indexes),
    sequences: outside(catalog.sequences),
    routines: outside(catalog.routines),
    triggers: outside(catalog.triggers),
    rules: outside(catalog.rules),
    policies: outside(catalog.policies),
    enums: outside(catalog.enums),
    domains: outside(catalog.domains),
    composites: outside(catalog.composites),
    ranges: outside(catalog.ranges),
    grants: catalog.grants.filter(isOutside),
    comments: catalog.comments.filter(isOutside),
    defaultPrivileges: catalog.defaultPrivileges.filter(({ name }) => !name.includes(` in ${NEON_AUTH} for `)),
  };
}

function outside<T extends { readonly schema: string }>(list: readonly T[]): readonly T[] {
  return list.filter(({ schema }) => schema !== NEON_AUTH);
}

/** Grants and comments have the name of their object. */
function isOutside({ name }: { readonly name: string }): boolean {
  return name !== NEON_AUTH && !name.includes(`${NEON_AUTH}.`);
}

/**
 * Removes what a table inherits from its parent. The check of a child table stays if the table declares it too on one of
 * the sides: it differs from a check that is only inherited.
 */
export function withoutPartitionParts(pair: Pair): Pair {
  const partitions = new Set(pair.flatMap(({ tables }) => tables.flatMap(({ id, partitionBound }) => (partitionBound ? [id] : []))));
  const declared = new Set(
    pair.flatMap(({ constraints }) => constraints.flatMap(({ id, inherited, own }) => (inherited !== true || own ? [id] : []))),
  );
  const stays = ({ id, type, schema, table, inherited }: Constraint): boolean =>
    inherited !== true || (type === "check" && declared.has(id) && !partitions.has(path(schema, table)));
  const [expected, actual] = pair;
  return [withoutParts(expected, stays), withoutParts(actual, stays)];
}

function withoutParts(catalog: Catalog, stays: (constraint: Constraint) => boolean): Catalog {
  return {
    ...catalog,
    indexes: catalog.indexes.filter((index) => index.parent === undefined),
    constraints: catalog.constraints.filter(stays),
  };
}

/** The version tables of Alembic, Prisma, Rails and golang-migrate, knex, drizzle, node-pg-migrate, Flyway, Liquibase, Django, TypeORM, Kysely, goose, db-migrate, Sequelize, MikroORM, Payload, Entity Framework. */
const TOOL_TABLES =
  /^(?:alembic_version|_prisma_migrations|schema_migrations|ar_internal_metadata|knex_migrations(?:_lock)?|__drizzle_migrations|pgmigrations|flyway_schema_history|databasechangelog(?:lock)?|django_migrations|kysely_migration(?:_lock)?|goose_db_version|atlas_schema_revisions|SequelizeMeta|mikro_orm_migrations|payload_migrations|__EFMigrationsHistory)$/;

export function withoutToolTables(catalog: Catalog): Catalog {
  const excluded = new Set(catalog.tables.filter((table) => TOOL_TABLES.test(table.name)).map((table) => table.id));
  if (excluded.size === 0) return catalog;
  const isExcluded = (id: string): boolean => excluded.has(id) || [...excluded].some((table) => id.startsWith(`${table}.`));
  const tables = new Set(catalog.tables.filter((table) => excluded.has(table.id)).map((table) => `${table.schema} ${table.name}`));
  const keep = (item: { readonly schema: string; readonly table: string }): boolean => !tables.has(`${item.schema} ${item.table}`);
  return {
    ...catalog,
    tables: catalog.tables.filter((table) => !excluded.has(table.id)),
    indexes: catalog.indexes.filter(keep),
    constraints: catalog.constraints.filter(keep),
    triggers: catalog.triggers.filter(keep),
    sequences: catalog.sequences.filter((sequence) => sequence.ownedBy === undefined || !isExcluded(sequence.ownedBy)),
    grants: catalog.grants.filter((grant) => !isExcluded(grant.name)),
    comments: catalog.comments.filter((comment) => !isExcluded(comment.name)),
  };
}
