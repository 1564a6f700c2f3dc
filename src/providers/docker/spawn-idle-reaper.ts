import { spawn } from "node:child_process";
import { constants, setPriority, tmpdir } from "node:os";
import type { Env } from "../../environment.ts";
import { programFile } from "../../program.ts";
import type { Reach } from "./endpoint.ts";
import { toolEnvironment } from "./engine.ts";

/** What the keeper's process is told. Nothing secret: command lines are public. */
export interface KeeperRequest {
  readonly container: string;
  readonly owner: string;
  readonly reach: Reach;
  readonly idleMs: number;
  readonly baseTtlMs: number;
}

/** By then a container has mostly started; the keeper has nothing to do before. */
const DELAY_SECONDS = 5;

/** Starts a keeper as a process of its own, which outlives ours and holds none of its streams. */
export function spawnKeeper(request: KeeperRequest, env: Env): void {
  const keeper = [process.execPath, programFile("providers/docker/idle-reaper"), JSON.stringify(request)] as const;
  const [program, ...args] = process.platform === "win32" ? keeper : laterOn(keeper);
  const child = spawn(program, args, {
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

/**
 * A shell that sleeps and then becomes the keeper: it is there from now on, whatever becomes of us, and takes no processor
 * from the server that starts and from the job that waits for it.
 */
function laterOn(keeper: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return ["/bin/sh", "-c", `sleep ${DELAY_SECONDS}; exec "$0" "$@"`, ...keeper];
}

/** It has all the time in the world, while a job waits for the same processors. */
function stepBack(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, which is as good.
  }
}
