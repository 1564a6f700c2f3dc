import { readFile } from "node:fs/promises";
import type { Sleeper } from "../host.ts";
import type { Cluster } from "./cluster.ts";
import { readPidFile } from "./pidfile.ts";
import { runningServer } from "./running.ts";

/**
 * What a stopped server keeps for runs. Only the keeper stops one that still does, and notes the names. A pid file
 * without a server means that it was killed: then nobody knows.
 */
export async function asleepAt(cluster: Cluster): Promise<readonly Sleeper[] | "unknown" | undefined> {
  if ((await runningServer(cluster)) !== undefined) return undefined;
  if ((await readPidFile(cluster.data)) !== undefined) return "unknown";
  try {
    return JSON.parse(await readFile(cluster.asleep, "utf8")) as readonly Sleeper[];
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}
