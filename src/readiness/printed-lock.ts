interface Printed {
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly remedy: string;
}

const ENDS_WITH_SESSION = "It is a lock of a database session, and is released when that session ends.";
const WAIT = "Wait until the other process has ended.";

/** What tools print when their own lock, or the mark of a failed migration, stops them. Source: each tool's source or documentation. */
const PRINTED: readonly Printed[] = [
  {
    pattern: /Migration table is already locked|\bMigrationLocked\b/,
    meaning: "Knex found its own lock in the database. It stays there when Knex is killed.",
    remedy: "If no other process migrates this database, run `knex migrate:unlock` with its URL.",
  },
  {
    pattern: /Could not acquire change ?log lock/i,
    meaning: "Liquibase found its own lock in the table databasechangeloglock. It stays there when Liquibase is killed.",
    remedy: "If no other process migrates this database, run `liquibase release-locks` with its URL.",
  },
  {
    pattern: /Dirty database version -?\d+/i,
    meaning:
      "golang-migrate marked the database as dirty, because this version failed in the middle. This is not a lock: a part of the version can be applied.",
    remedy:
      "Look at what the version did, and correct the database by hand. Then run `migrate force N` with the last version that is applied completely.",
  },
  {
    pattern: /Another migration is already running/,
    meaning: `Another session has the advisory lock of node-pg-migrate. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
  {
    pattern: /Timed out trying to acquire a postgres advisory lock/i,
    meaning: `Another session has the advisory lock of Prisma Migrate. ${ENDS_WITH_SESSION}`,
    remedy: `${WAIT} Prisma needs a direct URL: through a pooler, its lock can stay with a session of the pooler.`,
  },
  {
    pattern: /\bConcurrentMigrationError\b/,
    meaning: `Another session has the advisory lock of Rails. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
  {
    pattern: /attempting to acquire PostgreSQL advisory lock|Unable to (?:obtain|acquire) (?:table|Flyway|PostgreSQL)[^\n]* lock/i,
    meaning: `Another session has the lock of Flyway. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
  {
    pattern: /can't acquire (?:database )?lock/,
    meaning: `Another session has the advisory lock of golang-migrate. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
  {
    pattern: /Blocked by another instance of Sqitch/,
    meaning: `Another session has the advisory lock of Sqitch. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
  {
    pattern: /Failed to get exclusive lock/,
    meaning: `Another session has the advisory lock of graphile-migrate. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
  {
    pattern: /failed to (?:acquire|obtain) (?:session )?lock/i,
    meaning: `Another session has the lock of goose. ${ENDS_WITH_SESSION}`,
    remedy: WAIT,
  },
];

/** The tool's own lock that made a command fail, from its output. Undefined: no such lock. */
export function printedLock({ tail = "" }: { readonly tail?: string | undefined }): Pick<Printed, "meaning" | "remedy"> | undefined {
  return PRINTED.find(({ pattern }) => pattern.test(tail));
}
