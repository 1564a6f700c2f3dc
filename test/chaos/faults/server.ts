import { withSession } from "../../support/session.ts";
import { signalAll } from "../../support/processes.ts";

/** Ends the sessions with which offshoot leads and waits. */
export async function terminateLeader(url: string): Promise<void> {
  await withSession(url, (session) =>
    session.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'offshoot:readiness'",
    ),
  );
}

/** Ends the sessions of migration commands, whatever their names are. */
export async function terminateMigration(url: string): Promise<void> {
  await withSession(url, (session) =>
    session.query(
      "select pg_terminate_backend(a.pid) from pg_stat_activity a where (a.pid, a.backend_start) in (select backend, backend_start from chaos.trace)",
    ),
  );
}

/** When a server process is killed, the server ends all sessions and recovers. */
export async function crash(url: string): Promise<void> {
  await withSession(url, async (session) => {
    const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    signalAll(row === undefined ? [] : [row.pid], "SIGKILL");
  });
}
