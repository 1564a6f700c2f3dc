import { closeSync, openSync } from "node:fs";
import type { Env } from "../../../environment.ts";
import { startInBackground } from "../../../process/background.ts";
import type { Cluster } from "./cluster.ts";

/** What the keeper's process is told. Nothing secret: command lines are public. */
export interface KeeperRequest {
  readonly home: string;
  readonly major: number;
  readonly idleMs: number;
  readonly baseTtlMs: number;
  readonly roots: readonly string[];
}

/**
 * Starts an idle reaper as a process of its own. If it cannot be started, the last `down` still stops the server, and
 * the next command starts another idle reaper.
 */
export function spawnKeeper(cluster: Cluster, request: KeeperRequest, env: Env): void {
  const log = openSync(cluster.log, "a", 0o600);
  try {
    startInBackground("providers/local/cluster/idle-reaper", request, { cwd: cluster.folder, env, log });
  } finally {
    closeSync(log);
  }
}
