import { asciiJson } from "../ascii.ts";
import { codeOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import { ownTables } from "./own-tables.ts";
import type { Owner } from "./request.ts";
import { isUnfit, MOST_OWNER_BYTES, MOST_ROWS } from "./stored.ts";

/** Callers of one process that wait for one database. */
export interface Waiters {
  readonly owner: Owner;
  readonly count: number;
  /** When they were first recorded, by the database's clock. */
  readonly since: Date;
}

/** Milliseconds between two records of one process: recording must cost little compared with polling. */
export const RECORD_MS = 2000;
/** Seconds after its last record until a process no longer counts. */
const EXPIRY_S = 8;
/** No record expires later than this many seconds from now, unless the server's clock was changed. */
const MOST_EXPIRY_S = 60;
/** Seconds that a process still counts after its wait has ended: it needs that time to start its work. */
const LEAVING_S = 2;

export interface WaitRecord {
  readonly id: string;
  readonly database: string;
  readonly owner: Owner;
  readonly count: number;
}

/**
 * Records in `offshoot.waiters` that a process waits: for people, and for a job of the same run that would delete the
 * database. A role that cannot write there waits without a record.
 */
export async function recordWaiters(session: Session, { id, database, owner, count }: WaitRecord): Promise<void> {
  try {
    if ((await ownTables(session)) !== "all") return;
    await session.query(
      `insert into offshoot.waiters as w (id, database_id, owner, count, since, expires_at)
       values ($1, $2, $3::pg_catalog.json, $4, pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${EXPIRY_S}))
       on conflict (id) do update set count = excluded.count, expires_at = excluded.expires_at, owner = excluded.owner,
         database_id = excluded.database_id, since = case when w.expires_at < pg_catalog.clock_timestamp() then excluded.since else w.since end`,
      [id, database, asciiJson(owner), count],
    );
  } catch (thrown) {
    if (!isUnavailable(thrown)) throw thrown;
  }
}

/** Records that the wait of a process has ended. */
export async function endWait(session: Session, id: string): Promise<void> {
  try {
    const until = `pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${LEAVING_S})`;
    await session.query(`update offshoot.waiters set expires_at = least(expires_at, ${until}) where id = $1`, [id]);
  } catch (thrown) {
    if (!isUnavailable(thrown)) throw thrown;
  }
}

/**
 * The processes that wait for this database, the longest wait first. A process that stopped still counts for some seconds. A
 * row that offshoot did not write does not count.
 */
export async function readWaiters(session: Session, database: string): Promise<readonly Waiters[]> {
  try {
    if ((await ownTables(session)) !== "all") return [];
    const rows = await session.query(
      `select case when pg_catalog.octet_length(owner::pg_catalog.text) <= ${MOST_OWNER_BYTES} then owner::pg_catalog.text end as owner, count,
         pg_catalog.floor(extract(epoch from since) * 1000)::pg_catalog.float8 as since
       from offshoot.waiters where database_id = $1 and expires_at > pg_catalog.clock_timestamp()
         and expires_at <= pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ${MOST_EXPIRY_S}) order by since limit ${MOST_ROWS}`,
      [database],
    );
    if (rows.length === 0) return [];
    const { STORED_WAITERS } = await import("./stored-forms.ts");
    return rows.flatMap((row) => STORED_WAITERS.safeParse(row).data ?? []);
  } catch (thrown) {
    if (isUnavailable(thrown)) return [];
    throw thrown;
  }
}

const UNAVAILABLE: readonly string[] = [SQLSTATE.undefinedSchema, "NOT_OURS", "PRIVILEGE_MISSING"];

/** Whether the list cannot be used: it does not exist, this role cannot use it, or it is not the table that offshoot made. */
function isUnavailable(thrown: unknown): boolean {
  return UNAVAILABLE.includes(codeOf(thrown) ?? "") || isUnfit(thrown);
}
