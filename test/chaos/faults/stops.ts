import { setTimeout as pause } from "node:timers/promises";
import type { StopKind } from "../plans.ts";
import { descendants, marked, signalAll } from "../../support/processes.ts";
import type { Runner } from "../runner.ts";
import { isLocked, leader, type Strike, type Target, waiter, watchdogOf } from "./target.ts";

/** Stops processes with SIGSTOP, and continues them after `forMs`. */
export async function stop(kind: StopKind, forMs: number, target: Target): Promise<void> {
  if (kind === "freeze-all") return freezeAll(forMs, target);
  if (kind === "stop-early") return stopEarly(forMs, target);
  const found = kind === "stop-waiter" ? undefined : await leader(target);
  const runner = found?.runner ?? (kind === "stop-waiter" ? waiter(target) : undefined);
  const pid = runner?.child.pid;
  if (runner === undefined || pid === undefined) return target.timeline.add("fault", "has no target");
  const pids = pidsOf(kind, pid, watchdogOf(runner));
  if (pids.length === 0) return target.timeline.add("fault", "has no target");
  await stopFor(forMs, pids, [runner], { kind, from: new Date(), to: new Date(), epoch: found?.epoch }, target);
}

function pidsOf(kind: StopKind, pid: number, watchdog: number | undefined): readonly number[] {
  if (kind === "stop-watchdog") return watchdog === undefined ? [] : [watchdog];
  return kind === "freeze-machine" ? [pid, ...descendants(pid)] : [pid];
}

async function freezeAll(forMs: number, target: Target): Promise<void> {
  const found = await leader(target);
  const running = target.runners.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  await stopFor(forMs, marked(target.mark), running, { kind: "freeze-all", from: new Date(), to: new Date(), epoch: found?.epoch }, target);
}

async function stopEarly(forMs: number, target: Target): Promise<void> {
  if (!(await isLocked(target))) return target.timeline.add("fault", "has no target");
  const running = target.runners.filter(({ plan, child }) => !plan.survives && child.exitCode === null && child.signalCode === null);
  const pids = running.flatMap(({ child }) => child.pid ?? []);
  const strike: Strike = { kind: "stop-early", from: new Date(), to: new Date(), epoch: undefined };
  await stopFor(forMs, pids, running, strike, target);
}

async function stopFor(forMs: number, pids: readonly number[], runners: readonly Runner[], strike: Strike, target: Target): Promise<void> {
  const { timeline, strikes } = target;
  const names = runners.map(({ name }) => name).join(", ");
  timeline.add("fault", `stops ${names} (${pids.join(", ")})`);
  for (const runner of runners) runner.stoppedMs += forMs;
  strikes.push(strike);
  strike.to = new Date(Date.now() + forMs);
  signalAll(pids, "SIGSTOP");
  await pause(forMs);
  timeline.add("fault", `continues ${names}`);
  signalAll(pids, "SIGCONT");
}
