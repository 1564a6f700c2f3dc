/** Matches commands of migration tools that change a database. */
const MIGRATES =
  /\b(?:alembic\b.*\bupgrade|flask\b.*\bdb\s+upgrade|manage\.py\s+migrate|django-admin\s+migrate|prisma\s+(?:migrate\s+deploy|db\s+push)|drizzle-kit\s+(?:migrate|push)|knex\s+migrate:(?:latest|up)|db-migrate\s+up|node-pg-migrate\s+up|graphile-migrate\s+migrate|sequelize(?:-cli)?\s+db:migrate|typeorm\s+migration:run|(?:rails|rake)\s+db:(?:migrate|schema:load|prepare)|dbmate\b.*\b(?:up|migrate)|goose\b.*\bup|flyway\b.*\bmigrate|liquibase\b.*\bupdate|sqitch\s+deploy|atlas\s+migrate\s+apply|migrate\s+-.*\bup|mix\s+ecto\.migrate)\b/;

/** The commands of a script, one per line, without comments. Lines that end with a backslash are joined with the next one. */
export function commandsOf(script: string): readonly string[] {
  return script
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** The commands that migrate without `offshoot`, which would run them only once for all jobs. */
export function migrationsIn(script: string): readonly string[] {
  return commandsOf(script).filter((command) => MIGRATES.test(command) && !/\boffshoot\b.*\s--\s/.test(command));
}
