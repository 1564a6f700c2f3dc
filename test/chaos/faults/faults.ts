import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "../plans.ts";
import { kill } from "./kills.ts";
import { crash, terminateLeader, terminateMigration } from "./server.ts";
import { stop } from "./stops.ts";
import type { Target } from "./target.ts";

/** Causes one fault, and ends it again if it has a duration. */
export async function doFault(fault: Fault, target: Target): Promise<void> {
  const { proxy, stage, timeline, strikes } = target;
  timeline.add("fault", "forMs" in fault ? `${fault.kind} for ${fault.forMs} ms` : fault.kind);
  const strike = (forMs = 0): void =>
    void strikes.push({ kind: fault.kind, from: new Date(), to: new Date(Date.now() + forMs), epoch: undefined });
  switch (fault.kind) {
    case "stop-leader":
    case "stop-waiter":
    case "stop-watchdog":
    case "freeze-machine":
    case "freeze-all":
    case "stop-early":
      return stop(fault.kind, fault.forMs, target);
    case "cut":
      strike();
      return proxy.cut();
    case "hole":
      strike(fault.forMs);
      proxy.hole();
      await pause(fault.forMs);
      return proxy.heal();
    case "delay":
      strike(fault.forMs);
      proxy.delay(Math.min(400, fault.forMs));
      await pause(fault.forMs);
      return proxy.heal();
    case "terminate-leader":
      strike();
      return terminateLeader(stage.url);
    case "terminate-migration":
      strike();
      return terminateMigration(stage.url);
    case "crash-server":
      strike(3000);
      return stage.server === undefined ? undefined : crash(stage.server.url);
    case "restart-server":
      strike(3000);
      return stage.server?.restart();
    case "kill-leader":
    case "kill-waiter":
    case "kill-watchdog":
    case "kill-broker":
    case "kill-pair":
    case "kill-triple":
    case "kill-successor":
    case "kill-finalizing":
    case "cancel-leader":
      return kill(fault, target);
    default:
      return fault satisfies never;
  }
}
