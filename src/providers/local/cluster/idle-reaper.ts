// The program of the idle reaper of an embedded server: `node idle-reaper.js <ReaperRequest as JSON>`. It prints to the server's log.
import type { BaseLimits } from "../base-limits.ts";
import { setTimeout as timer } from "node:timers/promises";
import { deadline } from "../../../deadline.ts";
import { messageOf } from "../../../errors.ts";
import { failUnlessSettled } from "../../../process/settled.ts";
import { storedDatabasesOf } from "../databases.ts";
import type { Server } from "../server.ts";
import { stopWhenIdle } from "../stop-when-idle.ts";
import { findPostgres } from "./binaries.ts";
import { type Cluster, clusterAt, runningServer, writeStoredDatabases } from "./cluster.ts";
import { removeLeftovers, trimLog } from "./leftovers.ts";
import { stop } from "./server-process.ts";

/** The argument of this program. It holds no secret, because every user can read command lines. */
export interface ReaperRequest {
  readonly stateFolder: string;
  readonly major: number;
  readonly idleMs: number;
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
  /** As in `SearchPlaces`. */
  readonly roots: readonly string[];
}

/** The server is started right after its idle reaper. A server that is not ready after this long has failed. */
const START_MS = 120_000;

const STOP_MS = 120_000;

async function reap({ stateFolder, major, idleMs, baseTtlMs, baseLimits, roots }: ReaperRequest): Promise<void> {
  const cluster = clusterAt(stateFolder, major);
  const server = await untilRunning(cluster);
  if (server === undefined) return;
  const places = { env: process.env, platform: process.platform, arch: process.arch, roots };
  const findBin = async (): Promise<string | undefined> => (await findPostgres(places, major))[0]?.bin;
  // What remains of other servers is a cache. A failure, such as that of a folder of another user, must not end this process.
  await removeLeftovers(stateFolder, major, baseTtlMs).catch((thrown: unknown) => report(thrown));
  await stopWhenIdle(server, {
    idleMs,
    baseTtlMs,
    baseLimits,
    onLook: () => trimLog(cluster.log),
    // The databases stay on disk, so that their list must be there when the server is not.
    emit: (event) => void ("text" in event && process.stderr.write(`offshoot idle reaper: ${event.text}\n`)),
    async stop(snapshot) {
      await writeStoredDatabases(cluster, storedDatabasesOf(snapshot));
      await stop(cluster.data, { within: deadline("stopping the local Postgres", STOP_MS), findBin });
      return true;
    },
  });
}

async function untilRunning(cluster: Cluster): Promise<Server | undefined> {
  for (const end = performance.now() + START_MS; performance.now() < end; await timer(100)) {
    const server = await runningServer(cluster);
    if (server !== undefined) return server;
  }
  return undefined;
}

function report(thrown: unknown): void {
  process.stderr.write(`offshoot idle reaper: ${messageOf(thrown)}\n`);
}

failUnlessSettled(main(), process);

async function main(): Promise<void> {
  try {
    await reap(JSON.parse(process.argv[2] ?? "") as ReaperRequest);
  } catch (thrown) {
    report(thrown);
    process.exitCode = 1;
  }
}
