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

/** Where the statement is one that builds the index of a constraint, and the words for an index would be wrong. */
const WAYS_FOR_CONSTRAINT: Readonly<Record<string, string>> = {
  alembic: "with op.get_context().autocommit_block(): and op.execute() for each statement",
  django:
    "atomic = False in the class, and RunSQL for each statement in SeparateDatabaseAndState, because no operation of Django builds a constraint concurrently",
  rails: "disable_ddl_transaction!, and execute for each statement",
};

/**
 * How to run a migration outside of a transaction with this tool, as a sentence. Empty where that is not known. `isConstraint`: what
 * runs there builds a constraint in several statements, and not an index.
 */
export function withoutTransaction(tool: string | undefined, isConstraint = false): string {
  const way = tool === undefined ? undefined : ((isConstraint ? WAYS_FOR_CONSTRAINT[tool] : undefined) ?? WAYS[tool]);
  return way === undefined ? "" : ` With ${tool}: ${way}.`;
}
