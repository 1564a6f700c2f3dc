import { codeOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Owner } from "./request.ts";

/** Callers of one process that wait for one database. */
export interface Waiters {
  readonly owner: Owner;
  readonly count: number;
  /** When they were first heard of, by the database's clock. */
  readonly since: Date;
}

/** Milliseconds between two announcements of one process: counting must cost little beside the polling itself. */
export const ANNOUNCE_MS = 2000;
/** Seconds after which a process that says nothing any more is counted no longer. */
const EXPIRY_S = 8;

export interface Announcement {
  readonly id: string;
  readonly database: string;
  readonly owner: Owner;
  readonly count: number;
}

/**
 * Writes down that a process waits: for people, and for a sibling that would remove the database. A role that may not
 * write waits as well as any other.
 */
export async function announce(session: Session, { id, database, owner, count }: Announcement): Promise<void> {
  try {
    await session.query(
      `insert into offshoot.waiters as w (id, database_id, owner, count, since, expires_at)
       values ($1, $2, $3::jsonb, $4, clock_timestamp(), clock_timestamp() + make_interval(secs => ${EXPIRY_S}))
       on conflict (id) do update set count = excluded.count, expires_at = excluded.expires_at, owner = excluded.owner,
         database_id = excluded.database_id, since = case when w.expires_at < clock_timestamp() then excluded.since else w.since end`,
      [id, database, JSON.stringify(owner), count],
    );
  } catch (thrown) {
    if (!isUnavailable(thrown)) throw thrown;
  }
}

/** What a process that waited needs to take up its work: for so long it is still counted. */
const LEAVING_S = 2;

/** Writes down that a process has seen the end of what it waited for. */
export async function withdraw(session: Session, id: string): Promise<void> {
  try {
    const until = `clock_timestamp() + make_interval(secs => ${LEAVING_S})`;
    await session.query(`update offshoot.waiters set expires_at = least(expires_at, ${until}) where id = $1`, [id]);
  } catch (thrown) {
    if (!isUnavailable(thrown)) throw thrown;
  }
}

/** Forgets those that wait no longer. Called by a new leader, so that two never do it at once. */
export async function forgetWaiters(session: Session): Promise<void> {
  await session.query("delete from offshoot.waiters where expires_at < clock_timestamp()");
}

/** Who waits for this database, longest first. A process that stopped waiting is counted for some seconds more. */
export async function readWaiters(session: Session, database: string): Promise<readonly Waiters[]> {
  try {
    return await session.query<Waiters & Record<string, unknown>>(
      "select owner, count, since from offshoot.waiters where database_id = $1 and expires_at > clock_timestamp() order by since",
      [database],
    );
  } catch (thrown) {
    if (isUnavailable(thrown)) return [];
    throw thrown;
  }
}

function isUnavailable(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === SQLSTATE.undefinedTable || code === SQLSTATE.undefinedSchema || code === SQLSTATE.insufficientPrivilege;
}
