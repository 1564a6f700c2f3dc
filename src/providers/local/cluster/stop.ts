import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { OffshootError } from "../../../errors.ts";
import { signalProcess } from "../../../process/signals.ts";
import type { Deadline } from "../../../deadline.ts";
import { executable } from "./program.ts";
import type { Cluster } from "./cluster.ts";
import { isServer, readPidFile } from "./pidfile.ts";

const run = promisify(execFile);

const REINSTALL = "Install them again, or end the server's process by hand.";

/**
 * Stops the cluster's server: ends its sessions, lets it write its last checkpoint, and returns when it is gone.
 * Nothing happens where none runs. `findBin` finds the programs, which only Windows needs, for want of signals.
 */
export async function stop(cluster: Cluster, findBin: () => Promise<string | undefined>, within: Deadline): Promise<void> {
  const pidFile = await readPidFile(cluster.data);
  if (pidFile === undefined || !(await isServer(pidFile.pid, cluster.data))) return;
  if (process.platform === "win32") {
    const bin = await findBin();
    if (bin === undefined)
      throw new OffshootError("POSTGRES_NOT_FOUND", "The programs of the local Postgres are gone.", { remedy: REINSTALL });
    await run(executable(bin, "pg_ctl"), ["stop", "-W", "-m", "fast", "-D", cluster.data]);
  } else {
    // SIGINT is the fast shutdown of Postgres (PostgreSQL documentation, "Shutting Down the Server").
    signalProcess(pidFile.pid, "SIGINT");
  }
  await untilGone(cluster, pidFile.pid, within);
}

/** Waits until a server that is going down has gone. */
export async function untilGone(cluster: Cluster, pid: number, within: Deadline): Promise<void> {
  while (await isServer(pid, cluster.data)) await within.pause(10);
}
