import { setTimeout as pause } from "node:timers/promises";
import { descendants, markedBy, ACTOR_MARK, signalAll } from "../support/processes.ts";
import { type Actor, hasEnded } from "./actor.ts";
import type { KillKind } from "./plans.ts";

/** Does something bad to an actor. Does nothing when it has ended already. */
export async function killActor(actor: Actor, kind: KillKind): Promise<void> {
  const pid = actor.child.pid;
  if (pid === undefined || hasEnded(actor)) return;
  actor.kill = kind;
  switch (kind) {
    case "kill":
      return signalAll([pid], "SIGKILL");
    case "term":
      return signalAll([pid], "SIGTERM");
    case "int":
      return signalAll([pid], "SIGINT");
    case "int-twice":
      signalAll([pid], "SIGINT");
      await pause(300);
      return signalAll([pid], "SIGINT");
    case "freeze":
      signalAll([pid], "SIGSTOP");
      await pause(3000);
      return signalAll([pid], "SIGCONT");
    case "freeze-kill":
      signalAll([pid], "SIGSTOP");
      await pause(1500);
      return signalAll([pid], "SIGKILL");
    case "broken-pipe":
      actor.child.stdout?.destroy();
      actor.child.stderr?.destroy();
      return undefined;
    case "kill-tree":
      return signalAll([...new Set([pid, ...markedBy(ACTOR_MARK, actor.mark)])], "SIGKILL");
    case "cancel":
      return cancel(actor, pid);
    case "kill-command":
      return killCommand(actor, pid);
    default:
      return kind satisfies never;
  }
}

/** GitHub documents it in "Workflow cancellation reference": SIGINT, SIGTERM after 7.5 s, the end of all processes 2.5 s later. */
async function cancel(actor: Actor, pid: number): Promise<void> {
  signalAll([pid], "SIGINT");
  await untilEnded(actor, 7500);
  if (hasEnded(actor)) return;
  signalAll([pid], "SIGTERM");
  await untilEnded(actor, 2500);
  if (!hasEnded(actor)) signalAll([pid, ...markedBy(ACTOR_MARK, actor.mark)], "SIGKILL");
}

/** The command of `run` is the only `job.sh` below it. Without one, nothing is killed. */
async function killCommand(actor: Actor, pid: number): Promise<void> {
  for (const end = performance.now() + 3000; performance.now() < end && !hasEnded(actor); await pause(50)) {
    const command = descendants(pid, "job.sh")[0];
    if (command !== undefined) return signalAll([command], "SIGKILL");
  }
  actor.kill = undefined;
}

async function untilEnded(actor: Actor, withinMs: number): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end && !hasEnded(actor);) await pause(50);
}
