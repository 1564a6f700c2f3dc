import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
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
    const child = spawn(process.execPath, [keeperScript(), JSON.stringify(request)], {
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

/** Tests run from the sources, which Node 20 can't start by itself: they use the last build. */
function keeperScript(): string {
  const isSource = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(isSource ? "../../../../dist/providers/local/cluster/keeper.js" : "keeper.js", import.meta.url));
}
