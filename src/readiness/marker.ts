import { codeOf } from "../errors.ts";
import type { ErrorFacts } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import type { Owner } from "./request.ts";

export type MarkerState = "migrating" | "sealing" | "ready" | "failed";

/** Why a migration failed, as it is kept in its marker for those who wait. Holds no secret. */
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
  /** What the leader's error knew besides. */
  readonly facts?: ErrorFacts;
}

/** One row of `offshoot.readiness`: how far one fingerprint is in one database for one run. */
export interface Marker {
  /** From `databaseIdentity` of the database where the row was written; a copy keeps its origin's rows. */
  readonly database: string;
  readonly run: string;
  readonly fingerprint: string;
  readonly invocation: string | undefined;
  readonly state: MarkerState;
  readonly attempt: number;
  /** Grows with every leader of the database; a lower one can write nothing any more. */
  readonly epoch: number;
  readonly owner: Owner & { readonly leaseMs: number };
  /** The server process that holds the leader's lock; undefined once the leader let go by itself. */
  readonly backendPid: number | undefined;
  /** The database's clock in all three. */
  readonly startedAt: Date;
  readonly beatAt: Date;
  readonly finishedAt: Date | undefined;
  readonly error: Failure | undefined;
}

/** What a marker is found by. */
export interface MarkerKey {
  readonly database: string;
  readonly run: string;
  readonly fingerprint: string;
}

/** Where we are, and what time it is there. */
export interface Identity {
  readonly database: string;
  readonly now: Date;
}

const COLUMNS = `database_id as database, run, fingerprint, invocation, state, attempt, epoch, owner,
  backend_pid as "backendPid", started_at as "startedAt", beat_at as "beatAt", finished_at as "finishedAt", error`;

type Nullable = "invocation" | "backendPid" | "finishedAt" | "error";
type MarkerRow = Omit<Marker, Nullable> & { [Name in Nullable]: Marker[Name] | null };

/** All markers of the database, inherited ones included; none when there is no table. */
export async function readMarkers(session: Session): Promise<readonly Marker[]> {
  try {
    const rows = await session.query<MarkerRow>(`select ${COLUMNS} from offshoot.readiness`);
    return rows.map((row) => ({
      ...row,
      invocation: row.invocation ?? undefined,
      backendPid: row.backendPid ?? undefined,
      finishedAt: row.finishedAt ?? undefined,
      error: row.error ?? undefined,
    }));
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === SQLSTATE.undefinedTable || code === SQLSTATE.undefinedSchema) return [];
    throw thrown;
  }
}

/**
 * What tells this database from its copies, and the server's time. On Neon the branch id, which the compute is
 * told as `neon.branch_id` (neondatabase/neon, compute_ctl); elsewhere the cluster's system identifier and
 * the database's oid, since `create database … template …` gives a new oid.
 */
export async function databaseIdentity(session: Session): Promise<Identity> {
  const row = await identityRow(session, "(select system_identifier::text from pg_control_system())").catch((thrown: unknown) => {
    // Open to everyone by default, but a service may have closed it. The oid alone still tells copies apart.
    if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return identityRow(session, "'cluster'");
    throw thrown;
  });
  const branch = row.branch ?? "";
  return { now: row.now, database: branch === "" ? `${row.system}/${row.oid}` : `${branch}/${row.name}` };
}

type IdentityRow = { now: Date; branch: string | null; name: string; oid: string; system: string };

async function identityRow(session: Session, system: string): Promise<IdentityRow> {
  const [row] = await session.query<IdentityRow>(
    `select clock_timestamp() as now, current_setting('neon.branch_id', true) as branch, current_database() as name,
       (select oid::text from pg_database where datname = current_database()) as oid, ${system} as system`,
  );
  if (row === undefined) throw new Error("a select without from returned no row");
  return row;
}
