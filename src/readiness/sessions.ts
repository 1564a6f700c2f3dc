import type { Deadline } from "../deadline.ts";
import type { Listener } from "../events.ts";
import type { Session } from "../postgres/connect.ts";
import { type Claim, OWN_ROW, ownRow } from "./claim.ts";
import { BROKER_NAME, MIGRATION_NAME, NAME_START } from "./session-names.ts";

/** An SQL condition: the session `a` of `pg_stat_activity` is the one of the record `s`. Its start is hidden from other roles. */
export const IS_RECORDED = `a.pid = s.pid and a.datname = pg_catalog.current_database()
  and (a.backend_start = s.backend_start or ((a.backend_start is null or s.backend_start is null) and a.usesysid = s.role))`;

/**
 * An SQL condition: the name of the session `a` of `pg_stat_activity` is one that offshoot gave. A name from the broker has a random text, which
 * no other session has by chance. A name in `PGAPPNAME` has none, so it must be the one of a run that was migrated in this database.
 */
const IS_NAMED = `(a.application_name ~ '${BROKER_NAME}' or exists (select from offshoot.readiness r
    where a.application_name ~ '${MIGRATION_NAME}'
      and starts_with(a.application_name, '${NAME_START}' || left(encode(sha256(convert_to(r.run, 'UTF8')), 'hex'), 12) || ':')))`;

/** An SQL condition: this role may end the session `a` (PostgreSQL documentation, "Server Signaling Functions"). */
export const CAN_END = `(select (me.rolsuper or not its.rolsuper) and (pg_catalog.pg_has_role(its.oid, 'usage') or pg_catalog.pg_has_role('pg_signal_backend', 'usage'))
  from pg_catalog.pg_roles me, pg_catalog.pg_roles its where me.rolname = current_user and its.oid = a.usesysid)`;

const END = `a.pid, case when ${CAN_END} then pg_catalog.pg_terminate_backend(a.pid) end`;

/**
 * Records a session of the command before the command can use it, so that a later leader finds it whatever its name is by
 * then. The same statement proves that we lead. `unseen`: the server does not show a session with that name.
 */
export async function recordSession(session: Session, held: Claim, name: string): Promise<"recorded" | "lost" | "unseen"> {
  const [row] = await session.query<{ leads: boolean; recorded: boolean }>(
    `with leads as (select 1 from offshoot.readiness where ${OWN_ROW} and state = 'migrating'),
       recorded as (
         insert into offshoot.sessions as s (pid, backend_start, role, epoch)
         select a.pid, a.backend_start, a.usesysid, $4 from pg_catalog.pg_stat_activity a, leads
          where a.application_name = $5 and a.datname = pg_catalog.current_database()
         on conflict (pid) do update set backend_start = excluded.backend_start, role = excluded.role, epoch = excluded.epoch
         returning 1)
     select exists (select from leads) as leads, exists (select from recorded) as recorded`,
    [...ownRow(held), name],
  );
  if (row?.recorded === true) return "recorded";
  return row?.leads === true ? "unseen" : "lost";
}

/** Deletes the records of sessions. Afterwards the command has ended, or its sessions have. */
export async function forgetSessions(session: Session, epoch: number): Promise<void> {
  await session.query("delete from offshoot.sessions where epoch <= $1", [epoch]);
}

/**
 * Ends the sessions of migrations with an older epoch in this database. Returns how many there were.
 *
 * The order matters. A session gets its record while it still has the name that the broker gave it. So a session whose name
 * is not found by the first statement has ended, or has its record before the second statement begins.
 */
export async function endOlderSessions(session: Session, epoch: number): Promise<number> {
  const named = await session.query(
    `select ${END} from pg_catalog.pg_stat_activity a
      where a.datname = pg_catalog.current_database() and a.pid <> pg_catalog.pg_backend_pid() and ${IS_NAMED}
        and substring(a.application_name from $1)::integer < $2`,
    [MIGRATION_NAME, epoch],
  );
  const recorded = await session.query(
    `select ${END} from offshoot.sessions s join pg_catalog.pg_stat_activity a on ${IS_RECORDED} where s.epoch < $1`,
    [epoch],
  );
  return Math.max(named.length, recorded.length);
}

/** After this time people want to know why a new leader has not begun. */
const REPORT_MS = 3000;

/**
 * Repeats `endOlderSessions` until no such session exists. No other can come: the broker of an older leader asks that
 * leader before it hands a session over, and that leader no longer leads.
 */
export async function untilOlderSessionsEnded(session: Session, epoch: number, within: Deadline, emit: Listener): Promise<void> {
  const startedAt = performance.now();
  let reported = false;
  for (let count; (count = await endOlderSessions(session, epoch)) > 0; await within.pause(50)) {
    if (reported || performance.now() - startedAt < REPORT_MS) continue;
    reported = true;
    emit({ kind: "note", isPassing: true, text: `Waiting until ${count} database sessions of an earlier leader's command have ended.` });
  }
  await forgetSessions(session, epoch - 1);
}

/** How many sessions the command of this epoch has now. Deletes the records of its sessions if it has none. */
export async function forgetEndedSessions(session: Session, epoch: number): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    `with open as (select pg_catalog.count(*)::integer as count from pg_catalog.pg_stat_activity a
        where a.datname = pg_catalog.current_database() and (substring(a.application_name from $1)::integer = $2
          or exists (select from offshoot.sessions s where ${IS_RECORDED} and s.epoch = $2))),
       ended as (delete from offshoot.sessions where epoch <= $2 and (select count from open) = 0)
     select count from open`,
    [MIGRATION_NAME, epoch],
  );
  return row?.count ?? 0;
}
