import { setTimeout as pause } from "node:timers/promises";
import { withSession } from "../../support/session.ts";
import type { Fault, KillKind } from "../plans.ts";
import { descendants, isRunning, listenerOf, marked, signalAll } from "../../support/processes.ts";
import type { Runner } from "../runner.ts";
import { type Leader, leader, type Target, waiter, watchdogOf } from "./target.ts";

/** Ends processes. */
export async function kill(fault: Fault & { readonly kind: KillKind }, target: Target): Promise<void> {
  const { kind, atMs } = fault;
  switch (kind) {
    case "kill-waiter":
      return killAtOnce(kind, target, undefined, [waiter(target)]);
    case "kill-leader":
      return killLeader(kind, target, await leader(target), []);
    case "kill-pair":
    case "kill-triple": {
      const found = await leader(target);
      return killLeader(kind, target, found, [kind === "kill-triple" ? waiter(target, found?.runner) : undefined]);
    }
    case "kill-successor": {
      const first = await leader(target);
      killLeader(kind, target, first, []);
      if (first !== undefined) killLeader(kind, target, await leader(target, first.epoch), []);
      return;
    }
    case "kill-finalizing":
      return killAfterCommand(kind, target, atMs);
    case "kill-watchdog":
      return killOne(kind, target, "the watchdog", await watchdogOfLeader(target));
    case "kill-broker":
      return killOne(kind, target, "the broker", await broker(target));
    case "cancel-leader":
      return cancel(target, await leader(target));
    default:
      return kind satisfies never;
  }
}

function killLeader(kind: KillKind, target: Target, found: Leader | undefined, others: readonly (Runner | undefined)[]): void {
  const withWatchdog = kind === "kill-pair" || kind === "kill-triple";
  killAtOnce(kind, target, found, [found?.runner, ...others], withWatchdog && found !== undefined ? [watchdogOf(found.runner)] : []);
}

/** No process may react to the end of another one, so all get the signal in one turn. */
function killAtOnce(
  kind: KillKind,
  { timeline, strikes }: Target,
  found: Leader | undefined,
  runners: readonly (Runner | undefined)[],
  more: readonly (number | undefined)[] = [],
): void {
  const hit = runners.filter((runner) => runner !== undefined);
  const pids = [...hit.map(({ child }) => child.pid), ...more].filter((pid) => pid !== undefined);
  if (pids.length === 0) return timeline.add("fault", "has no target");
  for (const runner of hit) runner.killed = true;
  signalAll(pids, "SIGKILL");
  const at = new Date();
  strikes.push({ kind, from: at, to: at, epoch: found?.epoch });
  timeline.add("fault", `kills ${hit.map(({ name }) => name).join(", ")} (${pids.join(", ")})`);
}

function killOne(kind: KillKind, { timeline, strikes }: Target, what: string, pid: number | undefined): void {
  if (pid === undefined) return timeline.add("fault", "has no target");
  timeline.add("fault", `kills ${what} (${pid})`);
  signalAll([pid], "SIGKILL");
  strikes.push({ kind, from: new Date(), to: new Date(), epoch: undefined });
}

async function watchdogOfLeader(target: Target): Promise<number | undefined> {
  const found = await leader(target);
  return found === undefined ? undefined : watchdogOf(found.runner);
}

/** The process of the schedule to which the newest command is connected. */
async function broker({ stage, mark }: Target): Promise<number | undefined> {
  const [row] = await withSession(stage.url, (session) =>
    session.query<{ port: number }>("select port from chaos.trace order by id desc limit 1"),
  ).catch(() => []);
  return row === undefined ? undefined : listenerOf(row.port, marked(mark));
}

/** A session in the database would prevent the copy, so the end of the command is seen by its processes. */
async function killAfterCommand(kind: KillKind, target: Target, delayMs: number): Promise<void> {
  const found = await leader(target);
  const pid = found?.runner.child.pid;
  if (pid === undefined) return target.timeline.add("fault", "has no target");
  for (const end = performance.now() + 10_000; performance.now() < end && isRunning(pid); await pause(15)) {
    if (descendants(pid).length > 0) continue;
    await pause(delayMs);
    return killLeader(kind, target, found, []);
  }
}

/** GitHub documents it in "Workflow cancellation reference": SIGINT, SIGTERM after 7.5 s, the end of the job after 2.5 s more. */
async function cancel({ timeline, strikes }: Target, found: Leader | undefined): Promise<void> {
  if (found === undefined) return timeline.add("fault", "has no target");
  const { runner, epoch } = found;
  const from = new Date();
  const strike = { kind: "cancel-leader" as const, from, to: from, epoch };
  strikes.push(strike);
  runner.killed = true;
  timeline.add("fault", `cancels ${runner.name}`);
  const steps = [
    { signal: "SIGINT", thenMs: 7500 },
    { signal: "SIGTERM", thenMs: 2500 },
    { signal: "SIGKILL", thenMs: 0 },
  ] as const;
  for (const { signal, thenMs } of steps) {
    if (!isAlive(runner)) break;
    timeline.add("fault", `sends ${signal} to ${runner.name}`);
    signalAll(runner.child.pid === undefined ? [] : [runner.child.pid], signal);
    for (const end = performance.now() + thenMs; performance.now() < end && isAlive(runner);) await pause(50);
  }
  strike.to = new Date();
}

function isAlive({ child }: Runner): boolean {
  return child.exitCode === null && child.signalCode === null;
}
