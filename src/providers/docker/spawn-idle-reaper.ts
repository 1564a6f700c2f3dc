import { tmpdir } from "node:os";
import type { Env } from "../../environment.ts";
import { startInBackground } from "../../process/background.ts";
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

/** A container usually needs this long to start. Until then the idle reaper has nothing to do. */
const DELAY_SECONDS = 5;

/**
 * Starts an idle reaper as a process of its own. If it cannot be started, the last `down` still removes the container,
 * and the next command starts another idle reaper.
 */
export function spawnKeeper(request: KeeperRequest, env: Env): void {
  // A job waits for the same processors, so the idle reaper starts late and with the lowest priority.
  startInBackground("providers/docker/idle-reaper", request, { cwd: tmpdir(), env: toolEnvironment(env), delaySeconds: DELAY_SECONDS });
}
