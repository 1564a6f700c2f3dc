import { readFile, rename, writeFile } from "node:fs/promises";
import type { Sleeper } from "../host.ts";
import type { Cluster } from "./cluster.ts";
import { readPidFile } from "./pidfile.ts";
import { runningServer } from "./running.ts";

/**
 * What a stopped server keeps on disk, as noted when it was stopped. A pid file without a server means that it was
 * killed: then nobody knows.
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

/** Notes what a server keeps that is about to be stopped. */
export async function noteSleepers({ asleep }: Cluster, sleepers: readonly Sleeper[]): Promise<void> {
  await writeFile(`${asleep}.new`, JSON.stringify(sleepers), { mode: 0o600 });
  await rename(`${asleep}.new`, asleep);
}
