import type { Deadline } from "../deadline.ts";
import { codeOf, type ErrorFacts, messageOf, OffshootError } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { withLock } from "../postgres/lock.ts";
import { createOnlyOurs } from "../postgres/only-ours.ts";
import { isTableMissing, LOST_CREATION_RACE, SQLSTATE } from "../postgres/sqlstate.ts";
import { ownTables } from "./own-tables.ts";
import type { Owner } from "./request.ts";
import { isUnfit, MOST_FAILURE_BYTES, MOST_OWNER_BYTES, MOST_ROWS, MOST_TEXT, notOurs } from "./stored.ts";

/** `finalizing`: migrated and verified, and the database is being copied as a base. */
export type MarkerState = "migrating" | "finalizing" | "ready" | "failed";

/** Why a migration failed. Stored in the marker for the jobs that wait. Contains no secret. */
export interface Failure {
  /** The leader's error code. */
  readonly code: string;
  readonly message: string;
  readonly meaning?: string;
  readonly remedy?: string;
  readonly command?: string;
  readonly exitCode?: number;
  readonly signal?: string;
  /** The last lines of the command's output. */
  readonly tail?: string;
  /** Other facts of the leader's error. */
  readonly facts?: ErrorFacts;
}

/** One row of `offshoot.readiness`: the state of one fingerprint in one database for one run. */
export interface Marker {
  /** The `databaseIdentity` of the database where the row was written. A copy of the database keeps the row. */
  readonly database: string;
  readonly run: string;
  readonly fingerprint: string;
  readonly invocation: string | undefined;
  readonly state: MarkerState;
  readonly attempt: number;
  /** Each leader of the database gets a higher number. A leader with a lower number can write nothing. */
  readonly epoch: number;
  readonly owner: Owner & { readonly leaseMs: number };
  /** The server process that holds the leader's lock. Undefined when the leader gave up the lead itself. */
  readonly backendPid: number | undefined;
  /** All three times come from the database's clock. */
  readonly startedAt: Date;
  readonly beatAt: Date;
  readonly finishedAt: Date | undefined;
  readonly error: Failure | undefined;
}

/** The primary key of a marker. */
export interface MarkerKey {
  readonly database: string;
  readonly run: string;
  readonly fingerprint: string;
}

const key = (column: string, name: string): string => `pg_catalog.left(${column}::pg_catalog.text, ${MOST_TEXT + 1}) as "${name}"`;
const ms = (column: string, name: string): string =>
  `pg_catalog.floor(extract(epoch from ${column}) * 1000)::pg_catalog.float8 as "${name}"`;
const json = (column: string, bytes: number): string =>
  `case when pg_catalog.octet_length(${column}::pg_catalog.text) <= ${bytes} then ${column}::pg_catalog.text end as ${column}`;

const COLUMNS = `${key("database_id", "database")}, ${key("run", "run")}, ${key("fingerprint", "fingerprint")}, ${key("invocation", "invocation")},
  ${key("state", "state")}, attempt::pg_catalog.int4 as attempt, epoch::pg_catalog.int4 as epoch, ${json("owner", MOST_OWNER_BYTES)}, backend_pid::pg_catalog.int4 as "backendPid",
  ${ms("started_at", "startedAt")}, ${ms("beat_at", "beatAt")}, ${ms("finished_at", "finishedAt")}, ${json("error", MOST_FAILURE_BYTES)},
  error is not null as "hasError"`;

/** All markers of the database, with those that a copy inherited. Empty when the table does not exist. Throws `NOT_OURS`. */
export async function readMarkers(session: Session): Promise<readonly Marker[]> {
  try {
    if ((await ownTables(session)) === "none") return [];
    const rows = await session.query(`select ${COLUMNS} from offshoot.readiness limit ${MOST_ROWS + 1}`);
    if (rows.length > MOST_ROWS) throw notOurs(TABLE, `more than ${MOST_ROWS} rows`);
    if (rows.length === 0) return [];
    const { STORED_MARKER } = await import("./stored-forms.ts");
    return rows.map((row) => {
      const checked = STORED_MARKER.safeParse(row);
      if (!checked.success) throw notOurs(TABLE, `a row has a wrong value of ${String(checked.error.issues[0]?.path[0])}`);
      return checked.data;
    });
  } catch (thrown) {
    if (isTableMissing(thrown)) return [];
    if (codeOf(thrown) !== SQLSTATE.insufficientPrivilege && isUnfit(thrown)) throw notOurs(TABLE, messageOf(thrown));
    throw thrown;
  }
}

const TABLE = "offshoot.readiness";

const CREATE = `
create schema if not exists offshoot;
create table if not exists offshoot.readiness (
  database_id pg_catalog.text not null,
  run pg_catalog.text not null,
  fingerprint pg_catalog.text not null,
  invocation pg_catalog.text,
  state pg_catalog.text not null check (state in ('migrating', 'finalizing', 'ready', 'failed')),
  attempt integer not null,
  epoch integer not null,
  owner pg_catalog.json not null,
  backend_pid integer,
  started_at pg_catalog.timestamptz not null,
  beat_at pg_catalog.timestamptz not null,
  finished_at pg_catalog.timestamptz,
  error pg_catalog.json,
  primary key (database_id, run, fingerprint)
);
create table if not exists offshoot.waiters (
  id pg_catalog.text primary key,
  database_id pg_catalog.text not null,
  owner pg_catalog.json not null,
  count integer not null,
  since pg_catalog.timestamptz not null,
  expires_at pg_catalog.timestamptz not null
);
create table if not exists offshoot.sessions (
  pid integer primary key,
  backend_start pg_catalog.timestamptz,
  role pg_catalog.oid not null,
  epoch integer not null
);
comment on schema offshoot is 'Readiness markers of offshoot; not part of the application''s schema.'`;

/**
 * Creates the tables if they do not exist. `if not exists` alone fails when two sessions create at the same time: both
 * insert into pg_namespace's unique index. So the creation has a lock. Throws `PRIVILEGE_MISSING`, and `NOT_OURS` for tables of somebody else.
 */
export async function ensureTables(session: Session, within: Deadline): Promise<void> {
  if ((await ownTables(session)) === "all") return;
  try {
    await withLock(session, "offshoot:bootstrap", within, async () => {
      if ((await ownTables(session)) !== "all") await createOnlyOurs(session, CREATE, ["readiness", "waiters", "sessions"]);
    });
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === SQLSTATE.insufficientPrivilege) throw privilegeMissing(thrown);
    if (code === undefined || !LOST_CREATION_RACE.includes(code)) throw thrown;
  }
}

/** The error for a role that cannot create or write the readiness marker. */
export function privilegeMissing(thrown: unknown): OffshootError {
  return new OffshootError("PRIVILEGE_MISSING", "The database role cannot write the readiness marker (schema offshoot).", {
    meaning: thrown instanceof Error ? `Postgres reported: ${thrown.message}.` : undefined,
    remedy:
      "Make the role the owner of schema offshoot, or allow it to create the schema (GRANT CREATE ON DATABASE … TO …). All jobs must use the same role.",
    facts: { sqlstate: codeOf(thrown) },
  });
}
