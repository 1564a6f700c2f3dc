/** How a tool runs a migration outside of a transaction, from the documentation of each one. */
const WAYS: Readonly<Record<string, string>> = {
  alembic: "with op.get_context().autocommit_block(): and, for an index, postgresql_concurrently=True",
  atlas: "-- atlas:txmode none at the start of the file",
  dbmate: "-- migrate:up transaction:false",
  django: "atomic = False in the class, and AddIndexConcurrently or RemoveIndexConcurrently for an index",
  ecto: "@disable_ddl_transaction true and @disable_migration_lock true",
  "entity-framework": "migrationBuilder.Sql(…, suppressTransaction: true)",
  flyway: "executeInTransaction=false in the file NAME.sql.conf",
  "golang-migrate": "the statement alone in its file",
  goose: "-- +goose NO TRANSACTION at the start of the file",
  "graphile-migrate": "--! no-transaction at the start of the file, with one statement",
  knex: "exports.config = { transaction: false }",
  laravel: "public $withinTransaction = false",
  liquibase: 'runInTransaction="false" of the changeset',
  "mikro-orm": "isTransactional() { return false; }",
  "node-pg-migrate": "pgm.noTransaction()",
  prisma: "the statement alone in its migration",
  rails: "disable_ddl_transaction!, and algorithm: :concurrently for an index",
  sql: "the statement alone in its file",
  sqitch: "the script without BEGIN and COMMIT",
  typeorm: "transaction = false in the class, and the option --transaction each",
};

/** How to run a migration outside of a transaction with this tool, as a sentence. Empty where that is not known. */
export function withoutTransaction(tool: string | undefined): string {
  const way = tool === undefined ? undefined : WAYS[tool];
  return way === undefined ? "" : ` With ${tool}: ${way}.`;
}
