import { withoutPrefix } from "./shell.ts";

/** Commands of migration tools that change a database. */
const MIGRATES = new RegExp(
  [
    String.raw`alembic\b.*\bupgrade`,
    String.raw`flask\b.*\bdb\s+upgrade`,
    String.raw`manage\.py\b(?:\s+-\S+)*\s+migrate`,
    String.raw`django-admin\s+migrate`,
    String.raw`prisma\s+(?:migrate\s+(?:deploy|reset|dev)|db\s+push)`,
    String.raw`drizzle-kit\s+(?:migrate|push)`,
    String.raw`knex\b.*\bmigrate:(?:latest|up)`,
    String.raw`db-migrate\s+up`,
    String.raw`node-pg-migrate\b.*\bup`,
    String.raw`graphile-migrate\s+migrate`,
    String.raw`sequelize(?:-cli)?\s+db:migrate`,
    String.raw`typeorm\S*\s+.*\bmigration:run`,
    String.raw`mikro-orm\s+(?:migration:up|schema:update)`,
    String.raw`kysely\s+migrate\s*:?\s*(?:latest|up)`,
    String.raw`payload\s+migrate`,
    String.raw`(?:rails|rake)\b.*\bdb:(?:migrate|schema:load|structure:load|prepare|setup|reset)`,
    String.raw`dbmate\b.*\b(?:up|migrate)`,
    String.raw`goose\b.*\bup`,
    String.raw`flyway\b.*\bmigrate`,
    String.raw`liquibase\b.*\bupdate`,
    String.raw`sqitch\s+deploy`,
    String.raw`atlas\s+(?:migrate|schema)\s+apply`,
    String.raw`migrate\s+-.*\bup`,
    String.raw`mix\s+(?:do\b.*\s)?ecto\.(?:migrate|setup|reset)`,
    String.raw`supabase\s+(?:db\s+push|migration\s+up)`,
    String.raw`artisan\s+migrate`,
    String.raw`dotnet\s+ef\s+database\s+update`,
    String.raw`diesel\s+(?:setup|migration\s+run|database\s+(?:setup|reset))`,
    String.raw`psql\b.*(?:\s-f\s*|\s--file[\s=]|<\s*)\S*(?:schema|structure|migrat)\S*\.sql`,
    String.raw`sqlx\s+(?:migrate\s+run|database\s+(?:setup|reset))`,
    String.raw`sea-orm-cli\s+migrate\s+(?:up|fresh|refresh)`,
  ]
    .map((pattern) => String.raw`\b${pattern}\b`)
    .join("|"),
);

/** Tools that nobody uses with a database file, so that a migration without a visible URL reaches a server. */
const SERVER_ONLY = /\b(?:alembic|flask\b.*\bdb|node-pg-migrate|graphile-migrate|dbmate|sqitch)\b/;

const STARTS_DATABASE =
  /\bdocker\s+run\b.*\b(?:postgres|postgis|timescale|pgvector|supabase|mysql|mariadb|cockroach)|\bdocker(?:-|\s+)compose\b.*\b(?:up|run|start)\b|\bpodman\s+run\b.*postgres|\b(?:service|systemctl)\b.*\bpostgres|\bpg_(?:ctl|ctlcluster|createcluster)\b|\binitdb\b|\bpostgres\s+-D\b|\bbrew\s+services\b.*\bpostgres|\bsupabase\s+(?:start|db\s+start)\b|\bembedded-postgres\b|\bpg_virtualenv\b|\bpg-start\b|\bdevcontainer\s+up\b/;

/** Whether a simple command migrates without `offshoot`, which would run it only once for all jobs. */
export function migrates(command: string): boolean {
  const bare = withoutPrefix(command);
  return MIGRATES.test(bare) && !/^(?:echo|printf|cat|grep|test|\[)/.test(bare) && !isOffshoot(bare);
}

// A name such as migrate:status or migrate:create does not change a database.
const NAMED =
  /^(?:(?:npx\s+|pnpm\s+|yarn\s+|bunx\s+)?(?:npm|pnpm|yarn|bun|turbo|nx|lerna|moon|wireit)\b.*[\s:]|(?:make|just|task)\s+(?:.*\s)?)(?:db[:_-])?migrat(?:e|ions?)(?:[:_-](?:run|up|latest|deploy|all|prod|test|ci))?(?:\s+-(?!.*\b(?:help|dry|check|status|plan|list|create)\b).*)?$/;
const OTHER_PROGRAM = /\b(?:node|tsx|ts-node|deno|bun|python3?|ruby|php|go\s+run|cargo\s+run|dotnet)\b/;

/**
 * Whether a command calls a package script or a target that has the name of a migration. `calls` is its text, if it can be
 * read: then it must start a program that the check cannot read.
 */
export function migratesByName(command: string, calls: string | undefined): boolean {
  if (!NAMED.test(withoutPrefix(command).trim())) return false;
  return calls === undefined || (OTHER_PROGRAM.test(calls) && !isOffshoot(calls) && !migrates(calls));
}

/** Whether the tool of this migration always uses a database server. */
export function needsServer(command: string): boolean {
  return SERVER_ONLY.test(command);
}

/** Whether a command starts a database server in the job. */
export function startsDatabase(command: string): boolean {
  return STARTS_DATABASE.test(command);
}

/** Whether a command runs offshoot. */
export function isOffshoot(command: string): boolean {
  return /\boffshoot(?:@\S+)?\s+(?:run|up|migrate|wait|env|audit|down|drift|rollback-check|check|sweep)\b/.test(command);
}
