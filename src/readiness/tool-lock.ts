import type { Listener } from "../events.ts";
import type { Session } from "../postgres/connect.ts";
import { type Lead, OWN_ROW, ownRow } from "./claim.ts";
import type { Failure } from "./marker.ts";
import type { Snapshot } from "./snapshot.ts";

/** A lock that a migration tool keeps in a table. It stays there when the tool is killed. */
export interface ToolLock {
  readonly tool: string;
  /** The quoted name of its table, or undefined if it does not exist. */
  readonly find: (session: Session) => Promise<string | undefined>;
  /** An SQL condition: a row is locked. */
  readonly isHeld: string;
  /** The SQL assignment that unlocks it. */
  readonly release: string;
}

/**
 * Whether an earlier leader of this database was ended in the middle of its command: it recorded no result, or its command was
 * killed. Only then is it known who left the tool's lock behind.
 */
export function wasEnded({ database, markers }: Snapshot): boolean {
  return markers.some((marker) => marker.database === database && (marker.state === "migrating" || marker.error?.signal !== undefined));
}

/** An SQL condition: another program uses this database. It can be the tool that holds the lock. */
const IS_SHARED = `exists (select from pg_stat_activity a where a.datname = current_database() and a.backend_type = 'client backend'
  and a.pid <> pg_backend_pid() and a.application_name not like 'offshoot%')`;

/**
 * Releases the tool's lock that an ended leader left behind. Its sessions must have ended. Each statement proves that we lead. A
 * lock is kept while another program uses the database.
 */
export async function releaseLeftLock({ session, claim, wasEnded: isLeft }: Lead, lock: ToolLock, emit: Listener): Promise<void> {
  if (!isLeft) return;
  const table = await lock.find(session);
  if (table === undefined) return;
  const leads = `exists (select from offshoot.readiness where ${OWN_ROW} and state = 'migrating')`;
  const [row] = await session.query<{ held: boolean; shared: boolean }>(
    `select exists (select from ${table} where ${lock.isHeld}) as held, ${IS_SHARED} as shared`,
  );
  if (row?.held !== true) return;
  const released = await session.query(
    `update ${table} set ${lock.release} where ${lock.isHeld} and ${leads} and not ${IS_SHARED} returning 1`,
    ownRow(claim),
  );
  const text =
    released.length > 0
      ? `The lock of ${lock.tool} (${table}) was left by the leader that was ended, and was released.`
      : `The lock of ${lock.tool} (${table}) is set. It was not released, because another program uses this database.`;
  emit({ kind: "note", text });
}

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
export function printedLock({ tail = "" }: Pick<Failure, "tail">): Pick<Printed, "meaning" | "remedy"> | undefined {
  return PRINTED.find(({ pattern }) => pattern.test(tail));
}
