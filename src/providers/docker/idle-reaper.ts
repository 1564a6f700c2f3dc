// The program of the idle reaper of a container: `node idle-reaper.js <ReaperRequest as JSON>`.
import type { BaseLimits } from "../local/base-limits.ts";
import { setTimeout as timer } from "node:timers/promises";
import { type Deadline, deadline } from "../../deadline.ts";
import { messageOf } from "../../errors.ts";
import { failUnlessSettled } from "../../process/settled.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import { hasRuns, storedDatabasesOf } from "../local/databases.ts";
import type { Server } from "../local/server.ts";
import { stopWhenIdle } from "../local/stop-when-idle.ts";
import type { Reach } from "./endpoint.ts";
import { containerEngine, type Engine } from "./engine.ts";
import { type Container, inspect, serverIn } from "./inspect.ts";
import { holdsForeign, isDead, removeContainer } from "./unused-containers.ts";

/** The argument of this program. It holds no secret, because every user can read command lines. */
export interface ReaperRequest {
  readonly container: string;
  readonly owner: string;
  readonly reach: Reach;
  readonly idleMs: number;
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
}

/** How long a container may take from its start to its first answer. An image can load a dump when it starts. */
const START_MS = 600_000;

/** An engine continues to create a container when the process that called it is killed. After this time it has created it. */
const CREATE_MS = 10_000;

/** The process that started a container needs this time to read the log of a dead one before it is removed. */
const READ_LOG_MS = 10_000;

/** How long the engine may take to remove a container. */
const REMOVE_MS = 120_000;

/**
 * Drops the databases that expire in the container, and removes the container when no run has a database in it and it was
 * unused for `idleMs`. Its data is in memory, so it would be lost if the container were only stopped.
 */
async function reap(request: ReaperRequest): Promise<void> {
  const engine = containerEngine(process.env);
  const within = deadline("waiting for the container", START_MS);
  const found = await untilRunning(engine, request, within);
  if (found === undefined || !(await untilReady(engine, found, within))) return;
  try {
    await stopWhenIdle(found.server, {
      ...request,
      emit: (event) => void ("text" in event && process.stderr.write(`offshoot idle reaper: ${event.text}\n`)),
      async stop(snapshot) {
        if (hasRuns(snapshot) || holdsForeign(storedDatabasesOf(snapshot))) return false;
        await removeContainer(engine, found.container.id, { within: deadline("removing the container", REMOVE_MS) });
        return true;
      },
    });
  } finally {
    await removeIfDead(engine, found.container.id);
  }
}

/** A container that was ended from outside. The jobs that use it get the time to report that. */
async function removeIfDead(engine: Engine, id: string): Promise<void> {
  await timer(READ_LOG_MS);
  const within = deadline("removing the container", REMOVE_MS);
  const [container] = await inspect(engine, [id], within);
  if (container !== undefined && isDead(container)) await removeContainer(engine, id, { within });
}

interface Found {
  readonly container: Container;
  readonly server: Server;
}

/** False when the container ended or never answered. Such a container is of no use, so it is removed. */
async function untilReady(engine: Engine, { container, server }: Found, within: Deadline): Promise<boolean> {
  for (; within.leftMs() > 1000; await timer(500)) {
    const budget = deadline("connecting to the Postgres in the container", Math.min(5000, within.leftMs()));
    try {
      await waitUntilReady(server.url, budget);
      return true;
    } catch {
      const [now] = await inspect(engine, [container.id], within);
      if (now?.status === "running") continue;
      await timer(READ_LOG_MS);
      break;
    }
  }
  await removeContainer(engine, container.id, { within: deadline("removing the container", REMOVE_MS) });
  return false;
}

/** Undefined when the container does not exist, or will never run: a container that a killed process did not start is removed. */
async function untilRunning(engine: Engine, request: ReaperRequest, within: Deadline): Promise<Found | undefined> {
  for (const start = performance.now(); within.leftMs() > 1000; await timer(500)) {
    const [container] = await inspect(engine, [request.container], within);
    if (container === undefined && performance.now() - start < CREATE_MS) continue;
    if (container === undefined || container.owner !== request.owner) return undefined;
    const server = serverIn(container, request.reach);
    if (server !== undefined) return { container, server };
    if (!isDead(container) || performance.now() - start < READ_LOG_MS) continue;
    await removeContainer(engine, container.id, { within });
    return undefined;
  }
  return undefined;
}

failUnlessSettled(main(), process);

async function main(): Promise<void> {
  try {
    await reap(JSON.parse(process.argv[2] ?? "") as ReaperRequest);
  } catch (thrown) {
    process.stderr.write(`offshoot idle reaper: ${messageOf(thrown)}\n`);
    process.exitCode = 1;
  }
}
