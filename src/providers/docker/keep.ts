import { setTimeout as timer } from "node:timers/promises";
import { type Deadline, deadline } from "../../deadline.ts";
import type { Env } from "../../environment.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import { hasRuns, sleepersOf } from "../local/databases.ts";
import type { Server } from "../local/host.ts";
import { watchOver } from "../local/watch.ts";
import { containerEngine, type Engine } from "./engine.ts";
import { type Container, inspect, serverIn } from "./inspect.ts";
import { holdsForeign, isDead, remove } from "./remove.ts";
import type { KeeperRequest } from "./spawn-idle-reaper.ts";

/** How long a container may take from its start to its first answer: an image may load a dump when it starts. */
const START_MS = 600_000;

/** An engine that was told to make a container goes on when the caller is killed; after this long it has made it. */
const APPEARS_MS = 10_000;

/** Whoever started a container that died tells its last words, which go with it: as long as that may take. */
const LAST_WORDS_MS = 10_000;

/** How long the engine may take to remove a container. */
const REMOVE_MS = 120_000;

/**
 * Watches over a container until it is gone: drops the databases that expire in it, and removes it when nobody has used
 * it for a while and no run has a database there. Its data is in memory, so that it can't be merely stopped.
 */
export async function keep(request: KeeperRequest, env: Env): Promise<void> {
  const engine = containerEngine(env);
  const within = deadline("waiting for the container", START_MS);
  const found = await untilRunning(engine, request, within);
  if (found === undefined || !(await untilReady(engine, found, within))) return;
  await watchOver(found.server, {
    ...request,
    async stop(snapshot) {
      if (hasRuns(snapshot) || holdsForeign(sleepersOf(snapshot))) return false;
      await remove(engine, found.container.id, { within: deadline("removing the container", REMOVE_MS) });
      return true;
    },
  });
}

interface Found {
  readonly container: Container;
  readonly server: Server;
}

/** False when the container has gone, or never answers: then nobody has any use for it, and it is removed. */
async function untilReady(engine: Engine, { container, server }: Found, within: Deadline): Promise<boolean> {
  for (; within.leftMs() > 1000; await timer(500)) {
    const budget = deadline("the Postgres in the container", Math.min(5000, within.leftMs()));
    try {
      await waitUntilReady(server.url, budget);
      return true;
    } catch {
      const [now] = await inspect(engine, [container.id], within);
      if (now?.status === "running") continue;
      await timer(LAST_WORDS_MS);
      break;
    }
  }
  await remove(engine, container.id, { within: deadline("removing the container", REMOVE_MS) });
  return false;
}

/** Undefined when there is no such container, or none that will run: what a killed process left half-made is removed. */
async function untilRunning(engine: Engine, request: KeeperRequest, within: Deadline): Promise<Found | undefined> {
  for (const start = performance.now(); within.leftMs() > 1000; await timer(500)) {
    const [container] = await inspect(engine, [request.container], within);
    if (container === undefined && performance.now() - start < APPEARS_MS) continue;
    if (container === undefined || container.owner !== request.owner) return undefined;
    const server = serverIn(container, request.reach);
    if (server !== undefined) return { container, server };
    if (!isDead(container) || performance.now() - start < LAST_WORDS_MS) continue;
    await remove(engine, container.id, { within });
    return undefined;
  }
  return undefined;
}
