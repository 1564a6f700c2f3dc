import { setTimeout as pause } from "node:timers/promises";
import { withSession } from "../support/session.ts";
import { mustEndProcesses, type Schedule } from "./plans.ts";
import { isRunning } from "../support/processes.ts";
import type { Trace } from "./trace.ts";

/** Commands and sessions of migrations that still exist three seconds after the last leader. */
export async function findLeftovers(url: string, schedule: Schedule, traces: readonly Trace[]): Promise<readonly string[]> {
  const pids = mustEndProcesses(schedule) ? [...new Set(traces.map(({ pid }) => pid))] : [];
  for (const end = performance.now() + 3000; ; await pause(100)) {
    const sessions = await withSession(url, (session) =>
      session.query<{ name: string }>(
        `select application_name as name from pg_stat_activity a where datname = current_database()
          and ((a.pid, a.backend_start) in (select backend, backend_start from chaos.trace) or application_name like 'offshoot:%')`,
      ),
    );
    const left = [...sessions.map(({ name }) => `session ${name}`), ...pids.filter(isRunning).map((pid) => `process ${pid}`)];
    if (left.length === 0 || performance.now() > end) return left;
  }
}
