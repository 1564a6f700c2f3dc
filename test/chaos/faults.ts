import { setTimeout as pause } from "node:timers/promises";
import { withSession } from "../../src/postgres/connect.ts";
import type { TestServer } from "../support/server.ts";
import { descendants, signalAll } from "./processes.ts";
import type { Proxy } from "./proxy.ts";
import type { Runner } from "./runner.ts";
import type { Fault } from "./schedule.ts";
import type { Timeline } from "./timeline.ts";

/** Everything that a fault can affect. */
export interface Target {
  readonly server: TestServer;
  /** The schedule's database, without the proxy. */
  readonly url: string;
  readonly proxy: Proxy;
  readonly runners: readonly Runner[];
  readonly timeline: Timeline;
}

/** Milliseconds that a fault waits for a target. */
const PATIENCE_MS = 1500;

/** Causes one fault, and ends it again if it has a duration. */
export async function doFault(fault: Fault, target: Target): Promise<void> {
  const { proxy, server, url, timeline } = target;
  timeline.add("fault", "forMs" in fault ? `${fault.kind} for ${fault.forMs} ms` : fault.kind);
  switch (fault.kind) {
    case "kill-leader":
    case "kill-waiter":
      return kill(fault.kind === "kill-leader" ? await leader(target) : waiter(target), timeline);
    case "kill-watchdog":
      return killWatchdog(await leader(target), timeline);
    case "stop-leader":
    case "freeze-machine":
      return stop(await leader(target), fault.forMs, fault.kind === "freeze-machine", timeline);
    case "stop-waiter":
      return stop(waiter(target), fault.forMs, false, timeline);
    case "cut":
      return proxy.cut();
    case "hole":
      proxy.hole();
      await pause(fault.forMs);
      return proxy.heal();
    case "delay":
      proxy.delay(Math.min(400, fault.forMs));
      await pause(fault.forMs);
      return proxy.heal();
    case "terminate-leader":
      return terminate(url, "offshoot:readiness");
    case "terminate-migration":
      return terminate(url, "offshoot:migrate:%");
    case "crash-server":
      return crash(server.url);
    case "restart-server":
      return server.restart();
    default:
      return fault satisfies never;
  }
}

/** The runner that leads. Undefined: no runner leads, or this runner must survive. */
async function leader({ url, runners }: Target): Promise<Runner | undefined> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(50)) {
    const pid = await leaderPid(url);
    const found = runners.find(({ child }) => child.pid === pid);
    if (found !== undefined) return found.plan.survives ? undefined : found;
  }
  return undefined;
}

async function leaderPid(url: string): Promise<number | undefined> {
  // If the table does not exist or the server is down, there is no known leader.
  const rows = await withSession(url, (session) =>
    session.query<{ pid: number }>(
      "select (owner->>'pid')::int as pid from offshoot.readiness where state = 'migrating' order by epoch desc limit 1",
    ),
  ).catch(() => []);
  return rows[0]?.pid;
}

function waiter({ runners }: Target): Runner | undefined {
  return runners.find(({ child, killed, plan }) => !plan.survives && !killed && child.exitCode === null);
}

function kill(runner: Runner | undefined, timeline: Timeline): void {
  if (runner === undefined) return timeline.add("fault", "has no target");
  runner.killed = true;
  timeline.add("fault", `kills ${runner.name}`);
  runner.child.kill("SIGKILL");
}

function killWatchdog(runner: Runner | undefined, timeline: Timeline): void {
  const [watchdog] = descendants(runner?.child.pid ?? -1);
  if (watchdog === undefined) return timeline.add("fault", "has no target");
  timeline.add("fault", `kills the watchdog of ${runner?.name}`);
  signalAll([watchdog], "SIGKILL");
}

async function stop(runner: Runner | undefined, forMs: number, withAll: boolean, timeline: Timeline): Promise<void> {
  const pid = runner?.child.pid;
  if (runner === undefined || pid === undefined) return timeline.add("fault", "has no target");
  const pids = withAll ? [pid, ...descendants(pid)] : [pid];
  timeline.add("fault", `stops ${runner.name} (${pids.join(", ")})`);
  runner.stoppedMs += forMs;
  signalAll(pids, "SIGSTOP");
  await pause(forMs);
  timeline.add("fault", `continues ${runner.name}`);
  signalAll(pids, "SIGCONT");
}

async function terminate(url: string, name: string): Promise<void> {
  await withSession(url, (session) =>
    session.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like $1",
      [name],
    ),
  );
}

/** When a server process is killed, the server ends all sessions and recovers. */
async function crash(url: string): Promise<void> {
  await withSession(url, async (session) => {
    const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    signalAll(row === undefined ? [] : [row.pid], "SIGKILL");
  });
}
