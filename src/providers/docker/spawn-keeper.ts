import { spawn } from "node:child_process";
import { constants, setPriority, tmpdir } from "node:os";
import { programFile } from "../../program.ts";
import type { Env, Reach } from "./endpoint.ts";
import { toolEnvironment } from "./engine.ts";

/** What the keeper's process is told. Nothing secret: command lines are public. */
export interface KeeperRequest {
  readonly container: string;
  readonly owner: string;
  readonly reach: Reach;
  readonly idleMs: number;
  readonly baseTtlMs: number;
}

/** Starts a keeper as a process of its own, which outlives ours and holds none of its streams. */
export function spawnKeeper(request: KeeperRequest, env: Env): void {
  const child = spawn(process.execPath, [programFile("providers/docker/keeper"), JSON.stringify(request)], {
    cwd: tmpdir(),
    env: toolEnvironment(env),
    detached: true,
    windowsHide: true,
    stdio: "ignore",
  });
  // Without a keeper the container is still removed by the last `down`; the next command starts another keeper.
  child.on("error", () => {});
  child.on("spawn", () => stepBack(child.pid));
  child.unref();
}

/** It has all the time in the world, while a job waits for the same processors. */
function stepBack(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, which is as good.
  }
}
