import { knexFormat, nodePgMigrateFormat } from "./javascript.ts";
import type { MigrationFormat } from "./migration.ts";
import type { RepairFormat } from "./names.ts";
import { alembicFormat, djangoFormat } from "./python.ts";
import { drizzleFormat, flywayFormat, sqlFormat } from "./sql-files.ts";

export const MIGRATION_FORMATS: Readonly<Record<RepairFormat, MigrationFormat>> = {
  alembic: alembicFormat,
  django: djangoFormat,
  drizzle: drizzleFormat,
  flyway: flywayFormat,
  knex: knexFormat,
  "node-pg-migrate": nodePgMigrateFormat,
  sql: sqlFormat,
};
