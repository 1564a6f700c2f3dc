import { setTimeout as timer } from "node:timers/promises";
import { deadline } from "../../../deadline.ts";
import type { Listener } from "../../../events.ts";
import { sleepersOf } from "../databases.ts";
import type { Server } from "../host.ts";
import { watchOver } from "../watch.ts";
import { noteSleepers } from "./stopped-server.ts";
import type { Cluster } from "./cluster.ts";
import { runningServer } from "./running.ts";
import { stop } from "./stop.ts";

export interface KeepOptions {
  /** Milliseconds without a session after which the server is stopped. */
  readonly idleMs: number;
  readonly baseTtlMs: number;
  /** Finds the server's programs, for a stop on Windows. */
  readonly findBin: () => Promise<string | undefined>;
  readonly emit?: Listener;
}

/** The server is started right after its keeper; one that fails to start leaves the keeper without work. */
const START_MS = 120_000;

/** How long a stop may take. */
const STOP_MS = 120_000;

/** Watches over a cluster's server until it is gone. When it is stopped the databases stay on disk, and their names are noted. */
export async function keep(cluster: Cluster, { findBin, ...options }: KeepOptions): Promise<void> {
  const server = await untilRunning(cluster);
  if (server === undefined) return;
  await watchOver(server, {
    ...options,
    async stop(snapshot) {
      await noteSleepers(cluster, sleepersOf(snapshot));
      await stop(cluster, findBin, deadline("stopping the local Postgres", STOP_MS));
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
