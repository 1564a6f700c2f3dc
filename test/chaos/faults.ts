import { setTimeout as pause } from "node:timers/promises";
import { withSession } from "../../src/postgres/connect.ts";
import type { TestServer } from "../support/server.ts";
import { descendants, signalAll } from "./processes.ts";
import type { Proxy } from "./proxy.ts";
import type { Runner } from "./runner.ts";
import type { Fault } from "./schedule.ts";
import type { Timeline } from "./timeline.ts";

/** What a fault can reach. */
export interface Target {
  readonly server: TestServer;
  /** Of the schedule's database, past the proxy. */
  readonly url: string;
  readonly proxy: Proxy;
  readonly runners: readonly Runner[];
  readonly timeline: Timeline;
}

/** Milliseconds that a fault waits for somebody to hit. */
const PATIENCE_MS = 1500;

/** Does one fault, and undoes it where it has an end. */
export async function doFault(fault: Fault, target: Target): Promise<void> {
  const { proxy, server, url, timeline } = target;
  timeline.say("fault", "forMs" in fault ? `${fault.kind} for ${fault.forMs} ms` : fault.kind);
  switch (fault.kind) {
    case "kill-leader":
    case "kill-waiter":
      return kill(fault.kind === "kill-leader" ? await leader(target) : waiter(target), timeline);
    case "kill-guard":
      return killGuard(await leader(target), timeline);
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
    case "terminate-gate":
      return terminate(url, "offshoot:gate");
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

/** The runner that leads, when it may be harmed. */
async function leader({ url, runners }: Target): Promise<Runner | undefined> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(50)) {
    const pid = await leaderPid(url);
    const found = runners.find(({ child }) => child.pid === pid);
    if (found !== undefined) return found.plan.survives ? undefined : found;
  }
  return undefined;
}

async function leaderPid(url: string): Promise<number | undefined> {
  // No table yet, or a server that is down: nobody leads as far as can be seen.
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
  if (runner === undefined) return timeline.say("fault", "hits nobody");
  runner.killed = true;
  timeline.say("fault", `kills ${runner.name}`);
  runner.child.kill("SIGKILL");
}

function killGuard(runner: Runner | undefined, timeline: Timeline): void {
  const [guard] = descendants(runner?.child.pid ?? -1);
  if (guard === undefined) return timeline.say("fault", "hits nobody");
  timeline.say("fault", `kills the guard of ${runner?.name}`);
  signalAll([guard], "SIGKILL");
}

async function stop(runner: Runner | undefined, forMs: number, withAll: boolean, timeline: Timeline): Promise<void> {
  const pid = runner?.child.pid;
  if (runner === undefined || pid === undefined) return timeline.say("fault", "hits nobody");
  const pids = withAll ? [pid, ...descendants(pid)] : [pid];
  timeline.say("fault", `stops ${runner.name} (${pids.join(", ")})`);
  runner.stoppedMs += forMs;
  signalAll(pids, "SIGSTOP");
  await pause(forMs);
  timeline.say("fault", `continues ${runner.name}`);
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

/** A backend that dies badly makes the server end all sessions and recover. */
async function crash(url: string): Promise<void> {
  await withSession(url, async (session) => {
    const [row] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    signalAll(row === undefined ? [] : [row.pid], "SIGKILL");
  });
}
