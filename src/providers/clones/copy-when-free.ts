import { type Deadline, jitter } from "../../deadline.ts";
import { codeOf, OffshootError } from "../../errors.ts";
import type { Session } from "../../postgres/connect.ts";
import { LOCK_CLASS } from "../../postgres/lock.ts";
import { SQLSTATE } from "../../postgres/sqlstate.ts";
import { IS_USE } from "../local/sessions.ts";
import type { SourceCheck } from "./types.ts";

/** The application name of sessions that look for a source or make one. Each is open for some milliseconds. */
export const SOURCE_SESSION = "offshoot:clone-source";

/** A session that keeps a database from being copied. */
export interface Open {
  readonly pid: number;
  readonly name: string;
  readonly user: string;
}

/** How many sessions an error names. */
const MOST_NAMED = 3;

const IS_USAGE_LOCK = "a.application_name = 'offshoot:usage' or pg_catalog.starts_with(a.application_name, 'offshoot:lock-holder:')";

/** For whom a database is copied. */
export interface CopyFor {
  /** A condition on `pg_stat_activity a`: sessions that are ended too, because their processes open them again. Default none. */
  readonly alsoEnded?: string;
  /** The error for a database in which these sessions stay open. */
  inUse(foreign: readonly Open[]): OffshootError;
}

/**
 * Copies the database of the session `own`, in which no other session may be open then. Sessions of usage locks are ended:
 * their processes take the locks again by themselves, and until then this session has one, so that nobody deletes the
 * database. Other sessions get `freeMs` milliseconds to end. Throws `DATABASE_IN_USE`.
 */
export async function copyWhenFree(
  own: Session,
  statement: string,
  within: Deadline,
  { freeMs, check, copyFor = { inUse } }: { readonly freeMs: number; readonly check?: SourceCheck | undefined; readonly copyFor?: CopyFor },
): Promise<void> {
  const end = performance.now() + freeMs;
  const ended = `(${IS_USAGE_LOCK}${copyFor.alsoEnded === undefined ? "" : ` or ${copyFor.alsoEnded}`})`;
  for (;;) {
    const foreign = await foreignSessions(own, ended);
    if (foreign.length > 0 && performance.now() >= end) throw copyFor.inUse(foreign);
    if (foreign.length === 0 && (await isAllowed(own, check, performance.now() >= end)) && (await tryToCopy(own, statement, ended))) return;
    await within.pause(jitter(100));
  }
}

/** What was connected until now was perhaps a migration that failed. */
async function isAllowed(own: Session, check: SourceCheck | undefined, isLast: boolean): Promise<boolean> {
  return check === undefined || check(own, isLast);
}

async function foreignSessions(own: Session, ended: string): Promise<readonly Open[]> {
  return own.query<Open & Record<string, unknown>>(
    `select a.pid, coalesce(nullif(a.application_name, ''), 'a session without a name') as name, a.usename::pg_catalog.text as user
     from pg_catalog.pg_stat_activity a where a.datname = pg_catalog.current_database() and ${IS_USE} and a.application_name <> $1 and not ${ended}
     order by a.backend_start, a.pid`,
    [SOURCE_SESSION],
  );
}

/** False when a session was opened meanwhile. The next look names it. */
async function tryToCopy(own: Session, statement: string, ended: string): Promise<boolean> {
  try {
    // Both are sent at once. A process whose session ends needs milliseconds for a new one, and the copy keeps that one out.
    const ending = own.query(
      `select pg_catalog.pg_try_advisory_lock_shared($1, pg_catalog.hashtext('offshoot:usage')), pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid)) from pg_catalog.pg_stat_activity a
       where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid()
         and ${ended}`,
      [LOCK_CLASS],
    );
    const copied = own.query(statement);
    await ending;
    await copied;
    return true;
  } catch (thrown) {
    if (codeOf(thrown) !== SQLSTATE.objectInUse) throw thrown;
    return false;
  }
}

/** The first of the sessions, for a message. */
export function nameSessions(sessions: readonly Open[]): string {
  const names = sessions.slice(0, MOST_NAMED).map(({ name, user, pid }) => `${name} (${user}, pid ${pid})`);
  return names.join(", ") + (sessions.length > MOST_NAMED ? `, and ${sessions.length - MOST_NAMED} more` : "");
}

function inUse(sessions: readonly Open[]): OffshootError {
  const named = sessions.slice(0, MOST_NAMED);
  const shown = nameSessions(sessions);
  return new OffshootError("DATABASE_IN_USE", `No clone was made, because other sessions are open in the run's database: ${shown}.`, {
    meaning: "Postgres copies a database only while nobody else is connected to it. Clones that exist already can still be used.",
    remedy:
      "End these programs, or their sessions with `select pg_terminate_backend(PID)` in psql, or start the tests first. Or give the tests a database of their own: set OFFSHOOT_RUN to another name.",
    facts: { sessions: sessions.length, pids: named.map(({ pid }) => pid).join(", ") },
  });
}
