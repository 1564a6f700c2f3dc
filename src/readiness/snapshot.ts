import { codeOf } from "../errors.ts";
import type { Session } from "../postgres/connect.ts";
import { SQLSTATE } from "../postgres/sqlstate.ts";
import { HOLDER, type LockHolder } from "./lock.ts";
import { type Marker, readMarkers } from "./marker.ts";

/** A database's identity and its clock. */
export interface DatabaseIdentity {
  readonly database: string;
  /** The database's clock: the only clock that the protocol uses. */
  readonly now: Date;
}

/** What a caller read from the database at one time. */
export interface Snapshot extends DatabaseIdentity {
  /** All markers, with those that a copy inherited. */
  readonly markers: readonly Marker[];
  /** The session that holds the leader's lock. */
  readonly holder: LockHolder | undefined;
}

export async function takeSnapshot(session: Session): Promise<Snapshot> {
  // The time is read first: then a marker that changes while we read counts as changed after our arrival. The markers are read by
  // a statement of their own, after the holder: a leader writes its result before it releases the lock.
  const row = await identityRow(session);
  const holder = row.holderPid === null ? undefined : { pid: row.holderPid, activeAt: row.holderActiveAt ?? undefined };
  return { ...identityOf(row), holder, markers: await readMarkers(session) };
}

/**
 * Identifies this database among its copies. On Neon by the branch id, which the compute has as `neon.branch_id`
 * (neondatabase/neon, compute_ctl). Elsewhere by the cluster's system identifier and the database's oid, because
 * `create database … template …` gives a new oid.
 */
export async function databaseIdentity(session: Session): Promise<DatabaseIdentity> {
  return identityOf(await identityRow(session));
}

function identityOf({ now, branch, name, oid, system }: IdentityRow): DatabaseIdentity {
  return { now, database: (branch ?? "") === "" ? `${system}/${oid}` : `${branch}/${name}` };
}

type IdentityRow = {
  now: Date;
  branch: string | null;
  name: string;
  oid: string;
  system: string;
  holderPid: number | null;
  holderActiveAt: Date | null;
};

async function identityRow(session: Session): Promise<IdentityRow> {
  return identityRowWith(session, "(select system_identifier::pg_catalog.text from pg_catalog.pg_control_system())").catch(
    (thrown: unknown) => {
      // Every role can call the function by default, but a hosting service may revoke that. The oid still differs in copies.
      if (codeOf(thrown) === SQLSTATE.insufficientPrivilege) return identityRowWith(session, "'cluster'");
      throw thrown;
    },
  );
}

/** `statement_timestamp` is the time before everything else in the statement is read. */
async function identityRowWith(session: Session, system: string): Promise<IdentityRow> {
  const [row] = await session.query<IdentityRow>(
    `select pg_catalog.statement_timestamp() as now, pg_catalog.current_setting('neon.branch_id', true) as branch, pg_catalog.current_database() as name,
       (select oid::pg_catalog.text from pg_catalog.pg_database where datname = pg_catalog.current_database()) as oid, ${system} as system,
       h.pid as "holderPid", h."activeAt" as "holderActiveAt"
     from (values (1)) one left join (${HOLDER} limit 1) h on true`,
  );
  if (row === undefined) throw new Error("a left join of one row returned none");
  return row;
}

/** What the sessions of the migration command are doing, for people: `active for 12 s, waits for Lock/relation`. */
export async function describeSessions(session: Session): Promise<string | undefined> {
  const [row] = await session.query<{ text: string | null }>(
    `select pg_catalog.string_agg(pg_catalog.format('%s for %s s%s', state, pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - state_change)),
         case when wait_event is null then '' else ', waits for ' || wait_event_type || '/' || wait_event end), '; ') as text
       from pg_catalog.pg_stat_activity where datname = pg_catalog.current_database() and application_name like 'offshoot:migrate:%'`,
  );
  return row?.text ?? undefined;
}
