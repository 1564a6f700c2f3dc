import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { programFile } from "../../../program.ts";
import type { Cluster } from "./cluster.ts";

/** What the keeper's process is told. Nothing secret: command lines are public. */
export interface KeeperRequest {
  readonly home: string;
  readonly major: number;
  readonly idleMs: number;
  readonly baseTtlMs: number;
  readonly roots: readonly string[];
}

/** Starts a keeper as a process of its own, which outlives ours and holds none of its streams. */
export function spawnKeeper(cluster: Cluster, request: KeeperRequest, environment: Readonly<Record<string, string>>): void {
  const log = openSync(cluster.log, "a", 0o600);
  try {
    const child = spawn(process.execPath, [programFile("providers/local/cluster/idle-reaper"), JSON.stringify(request)], {
      cwd: cluster.folder,
      env: { ...environment },
      detached: true,
      windowsHide: true,
      stdio: ["ignore", log, log],
    });
    // Without a keeper the server is still stopped by the last `down`; the next command starts another keeper.
    child.on("error", () => {});
    child.unref();
  } finally {
    closeSync(log);
  }
}
