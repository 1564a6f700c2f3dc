import { withoutPrefix } from "./shell.ts";

/** A call of a tool with one of these subcommands, as whole words: paths such as `db/up` and options do not count. */
const call = (tool: string, ...subcommands: readonly string[]): string =>
  String.raw`(?:^|[\s/"'(])(?:${tool})\s+(?:.*\s)?(?:${subcommands.join("|")})(?=[\s"')]|$)`;

/** The words of a call anywhere in a command: tasks of Rails, Maven, Gradle and Symfony. */
const task = (...names: readonly string[]): string => String.raw`(?:^|[\s"':])(?:${names.join("|")})(?=[\s"')]|$)`;

/** Commands of migration tools that change a database. */
const MIGRATES = new RegExp(
  [
    call("alembic", "upgrade"),
    call("flask", String.raw`db\s+upgrade`),
    call(String.raw`manage\.py|django-admin`, "migrate", "migrate_schemas"),
    call("prisma", String.raw`migrate\s+(?:deploy|reset|dev)`, String.raw`db\s+push`),
    call("drizzle-kit", "migrate", String.raw`push(?::\w+)?`),
    call("knex", "migrate:latest", "migrate:up"),
    call("db-migrate", "up"),
    call("node-pg-migrate", "up"),
    call("graphile-migrate", "migrate", "reset", "watch"),
    call("sequelize(?:-cli)?", "db:migrate"),
    call(String.raw`typeorm\S*`, "migration:run", "schema:sync"),
    call(String.raw`mikro-orm\S*`, "migration:(?:up|fresh)", "schema:(?:update|create|fresh)"),
    call("kysely", String.raw`migrate(?::|\s+)(?:latest|up)`),
    call("payload", "migrate(?::(?:fresh|refresh|reset))?"),
    call("hanami", String.raw`db\s+(?:migrate|prepare)`),
    call("dbmate", "up", "migrate"),
    call("goose", "up(?:-by-one|-to)?"),
    call("flyway", "migrate"),
    call("liquibase", "update"),
    call("sqitch", "deploy"),
    call("atlas", String.raw`(?:migrate|schema)\s+apply`),
    String.raw`(?:^|[\s/"'(])migrate\s+-.*\s(?:up|goto)(?=[\s"')]|$)`,
    call("supabase", String.raw`db\s+(?:push|reset)`, String.raw`migration\s+up`),
    call("artisan", "migrate(?::(?:fresh|refresh))?"),
    call("phinx|tern|soda|refinery|pgmigrate|buffalo pop", "migrate"),
    call("dotnet", String.raw`ef\s+database\s+update`),
    call("diesel", "setup", String.raw`migration\s+run`, String.raw`database\s+(?:setup|reset)`),
    call("sqlx", String.raw`(?:migrate|mig)\s+run`, String.raw`(?:database|db)\s+(?:setup|reset)`),
    call("sea-orm-cli", String.raw`migrate(?:\s+(?:up|fresh|refresh))`),
    call("aerich", "upgrade"),
    call("piccolo", String.raw`migrations\s+forwards`),
    call("yoyo(?:-migrate)?", "apply"),
    call("ace", "migration:(?:run|fresh|refresh)"),
    call("hasura", String.raw`migrate\s+apply`),
    call("river", "migrate-up"),
    call("medusa", "db:migrate"),
    String.raw`\bmix\s+(?:do\b.*\s)?ecto\.(?:migrate|setup|reset)(?=[\s,"')]|$)`,
    String.raw`\b(?:rails|rake|spring)\s.*\b(?:db:(?:migrate(?::(?!status|abort|down)\w+)?|(?:schema|structure):load(?::\w+)?|prepare|setup|reset|test:prepare)|parallel:(?:setup|migrate|prepare|load_schema))(?=[\s"')\]]|$)`,
    task("doctrine:migrations:migrate", "doctrine:schema:(?:update|create)", "flyway:migrate", "flywayMigrate", "liquibase:update"),
    String.raw`\bpsql\b.*(?:\s-f\s*|\s--file[\s=]|<\s*)(?:\S*(?:schema|structure|migrat)\S*|\S*?\b[VUR]?\d{3,}_+[\w-]+)\.sql\b`,
  ].join("|"),
);

/** Options with which these tools only print what they would do, or something else. */
const CHANGES_NOTHING = /\s--?(?:sql|check|plan|dry-?run|pretend|preview|log-only|help|list|version|dryRunOutput)(?=[\s=)"']|$)/i;
/** Programs whose arguments are texts. */
const ONLY_TEXT = /^(?:echo|printf|cat|grep|test|\[|git|gh|curl|sed|awk)(?=\s|$)/;
/** A text in quotes after an option, unless a shell runs it. */
const OPTION_TEXT = /(\s--?(?!\w*c\b|command\b|C\b)[\w-]+[\s=])\s*(?:"[^"]*\s[^"]*"|'[^']*\s[^']*')/g;

/** Tools that nobody uses with a database file, so that a migration without a visible URL reaches a server. */
const SERVER_ONLY = /\b(?:alembic|flask\b.*\bdb|node-pg-migrate|graphile-migrate|dbmate|sqitch)\b|\bsupabase\b(?!.*\s--local\b)/;

/** Whether a simple command migrates without `offshoot`, which would run it only once for all jobs. */
export function migrates(command: string): boolean {
  const bare = withoutPrefix(command);
  if (ONLY_TEXT.test(bare) || CHANGES_NOTHING.test(bare) || isOffshoot(bare)) return false;
  return MIGRATES.test(bare.replaceAll(OPTION_TEXT, "$1"));
}

/** Whether a command only prints what it would do. */
export function changesNothing(command: string): boolean {
  return CHANGES_NOTHING.test(command);
}

/** Whether the tool of this migration always uses a database server. */
export function needsServer(command: string): boolean {
  return SERVER_ONLY.test(command);
}

/** Whether a command runs offshoot. */
export function isOffshoot(command: string): boolean {
  return /\boffshoot(?:@\S+)?\s+(?:run|up|migrate|wait|env|audit|down|drift|rollback-check|check|sweep)\b/.test(command);
}
