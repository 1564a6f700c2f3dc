import { NAME_PREFIX } from "../../identity/owner-tag.ts";
import { type Snapshot, hasRuns, readDatabases, sleepersOf } from "../local/databases.ts";
import { tryStopLock } from "../local/locks.ts";
import { withinSession } from "../local/session.ts";
import type { Bounds } from "../local/host.ts";
import type { Listed, Released } from "../provider.ts";
import type { Place } from "./host.ts";
import { type Container, inspect, serverIn } from "./inspect.ts";
import { holdsForeign, isDead, remove } from "./remove.ts";

/** Names under which whole containers are listed, beside the databases in them. */
const CONTAINER_NAME = `${NAME_PREFIX}container/`;

/** A container younger than this may be waiting for its first run, or for its keeper. */
const SETTLED_MS = 60_000;

/** The container that a listed name stands for; undefined for a run's name. */
export function containerOf(name: string): string | undefined {
  return name.startsWith(CONTAINER_NAME) ? name.slice(CONTAINER_NAME.length) : undefined;
}

/** Containers that serve nobody: dead ones, and those that run with no run in them and nobody who watches over them. */
export async function listLeftovers(place: Place, containers: readonly Container[], bounds: Bounds): Promise<Listed[]> {
  const leftover = await Promise.all(containers.map((container) => isLeftover(place, container, bounds)));
  return containers.filter((_, index) => leftover[index]).map(listed);
}

/** Removes a leftover container after a fresh look; one that serves again is left alone and counts as gone. */
export async function removeLeftover(place: Place, name: string, bounds: Bounds): Promise<Released> {
  const [container] = await inspect(place.engine, [name], bounds.within);
  if (container === undefined || container.owner !== place.identity.owner) return "already-gone";
  const server = serverIn(container, place.reach);
  if (server === undefined) {
    if (!isDead(container)) return "already-gone";
    await remove(place.engine, container.id, bounds);
    return "deleted";
  }
  return withinSession(server.url, bounds.within, async (session) => {
    // Under the lock nobody can begin to use it.
    if (!(await tryStopLock(session)) || !isUnused(await readDatabases(session))) return "already-gone";
    await remove(place.engine, container.id, bounds);
    return "deleted";
  });
}

async function isLeftover({ reach }: Place, container: Container, { within }: Bounds): Promise<boolean> {
  const server = serverIn(container, reach);
  if (server === undefined) return isDead(container);
  try {
    return await withinSession(server.url, within, async (session) => isUnused(await readDatabases(session)));
  } catch {
    // It doesn't answer: it may be starting, and whoever started it finds out.
    within.check();
    return false;
  }
}

function isUnused(snapshot: Snapshot): boolean {
  return snapshot.upMs > SETTLED_MS && !snapshot.isKept && !hasRuns(snapshot) && !holdsForeign(sleepersOf(snapshot));
}

function listed({ name, tag, createdAt }: Container): Listed {
  return {
    provider: "docker",
    id: name,
    name: `${CONTAINER_NAME}${name}`,
    kind: tag === undefined ? "foreign" : "run",
    tag,
    createdAt,
    expiresAt: undefined,
    lastUsedAt: undefined,
    sessions: 0,
    sizeBytes: undefined,
    guarded: undefined,
    parentId: undefined,
    broken: true,
  };
}
