import { setTimeout as timer } from "node:timers/promises";
import { literal } from "../../postgres/identifier.ts";
import type { Session } from "../../postgres/session.ts";

/** The command's sessions have this long to end after it. */
const SESSIONS_MS = 3000;
/** More prepared transactions than this are not rolled back. */
const MOST_PREPARED = 100;

/** The processes of the server for sessions. Behind a pooler they change, and belong to nobody for long. */
export async function pidsOf(sessions: readonly Session[]): Promise<readonly number[]> {
  const direct = sessions.filter(({ isPooled }) => isPooled !== true);
  const rows = await Promise.all(direct.map((session) => session.query<{ pid: number }>("select pg_catalog.pg_backend_pid() as pid")));
  return rows.flatMap(([row]) => row?.pid ?? []);
}

export async function idOfDatabase(session: Session): Promise<number> {
  const [row] = await session.query<{ id: number }>(
    "select oid::pg_catalog.int8::pg_catalog.float8 as id from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database()",
  );
  return row?.id ?? 0;
}

/**
 * Waits until the sessions with this name have ended, and those of `others`, whose locks were seen; ends them after a limited time.
 * Returns how many were ended.
 */
export async function untilSessionsEnded(control: Session, name: string, others: () => readonly number[]): Promise<number> {
  const open = (what: string): Promise<readonly unknown[]> =>
    control.query(
      `select ${what} from pg_catalog.pg_stat_activity a where a.datname operator(pg_catalog.=) pg_catalog.current_database()
        and (pg_catalog.starts_with(a.application_name, $1) or a.pid operator(pg_catalog.=) any ($2::pg_catalog.int4[]))`,
      [name, others()],
    );
  for (const until = performance.now() + SESSIONS_MS; performance.now() < until; await timer(25))
    if ((await open("a.pid")).length === 0) return 0;
  // Those of a superuser cannot be ended by others.
  const ended = await open("pg_catalog.pg_terminate_backend(a.pid)").catch(() => []);
  await timer(100);
  return ended.length;
}

/** Rolls back what the command prepared and left: its locks would stay, and the copy could not be deleted. Returns how many there were. */
export async function rollBackPrepared(control: Session): Promise<number> {
  const rows = await control.query<{ gid: string }>(
    `select gid from pg_catalog.pg_prepared_xacts where database operator(pg_catalog.=) pg_catalog.current_database() limit ${MOST_PREPARED}`,
  );
  for (const { gid } of rows) await control.query(`rollback prepared ${literal(gid)}`).catch(() => undefined);
  return rows.length;
}
