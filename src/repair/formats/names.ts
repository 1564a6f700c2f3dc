/** The tools for which a repair can be written as a migration, by the name in `migrations.tool`. In a file of its own, which the help loads. */
export const FORMATS = ["alembic", "django", "drizzle", "flyway", "knex", "node-pg-migrate", "sql"] as const;

export type RepairFormat = (typeof FORMATS)[number];
