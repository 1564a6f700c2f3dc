import { shellCommand } from "../../shell-command.ts";
import { OffshootError } from "../../errors.ts";
import { branchName } from "../../identity/name.ts";
import { NAME_PREFIX } from "../../identity/owner-tag.ts";
import { hasRuns, readDatabases, type Snapshot, storedDatabasesOf } from "../local/databases.ts";
import { tryStopLock } from "../local/locks.ts";
import { isScratch } from "../local/names.ts";
import { type Bounds, type StoredDatabase, withinSession } from "../local/server.ts";
import type { Listed, Released } from "../provider.ts";
import type { Target } from "./container.ts";
import type { Engine } from "./engine.ts";
import { brief, failureOf } from "./failure.ts";
import { type Container, inspect, serverIn } from "./inspect.ts";

/** Prefix of the names under which whole containers are listed, beside the databases in them. */
const CONTAINER_NAME = `${NAME_PREFIX}container/`;

/** A container that was created but not started for this long, in milliseconds, has lost the process that created it. */
const START_MS = 15_000;

/** A server younger than this, in milliseconds, may still wait for its first run or its idle reaper. */
const NEW_MS = 60_000;

/** Whether a container has ended, or was created by a process that can no longer start it. */
export function isDead({ status, createdAt }: Container, now: Date = new Date()): boolean {
  if (status === "exited" || status === "dead") return true;
  return status === "created" && now.getTime() - createdAt.getTime() > START_MS;
}

/** Whether a signal ended the container. The exit status is then 128 plus the number of the signal. */
export function isKilled({ status, exitCode }: Container): boolean {
  return status === "exited" && exitCode > 128;
}

/** Whether the user has put a database without an owner tag on the server. Removing the container would delete it. */
export function holdsForeign(databases: readonly StoredDatabase[]): boolean {
  return databases.some(({ name, comment }) => comment === null && !isScratch(name));
}

/** Removes a container and its data. A container that does not exist is not an error. Throws `LEFT_BEHIND`. */
export async function removeContainer(engine: Engine, id: string, { within }: Pick<Bounds, "within">): Promise<void> {
  const removed = await engine.call(["rm", "--force", "--volumes", id], { within });
  // "removal of container … is already in progress": another process removes it too.
  if (removed.ok || failureOf(removed.stderr) === "not-there" || /already in progress/.test(removed.stderr)) return;
  throw new OffshootError("LEFT_BEHIND", `The container ${id.slice(0, 12)} could not be removed: ${brief(removed.stderr)}`, {
    remedy: `Run \`${shellCommand([engine.tool(), "rm", "--force", "--volumes", id.slice(0, 12)])}\`.`,
  });
}

/** The container that a listed name means. Undefined for the name of a run's database. */
export function containerNameOf(name: string): string | undefined {
  return name.startsWith(CONTAINER_NAME) ? name.slice(CONTAINER_NAME.length) : undefined;
}

/** Unused containers: dead ones, and running ones that have neither a run nor an idle reaper. */
export async function listUnused(target: Target, containers: readonly Container[], bounds: Bounds): Promise<Listed[]> {
  const unused = await Promise.all(containers.map((container) => isUnused(target, container, bounds)));
  return containers.filter((_, index) => unused[index]).map(toListed);
}

/** Removes an unused container after checking it again. A container that is used again is kept, and reported as not found. */
export async function removeUnused(target: Target, name: string, bounds: Bounds): Promise<Released> {
  const [container] = await inspect(target.engine, [name], bounds.within);
  if (container === undefined || container.owner !== target.identity.owner) return "not-found";
  const server = serverIn(container, target.reach);
  if (server === undefined) {
    if (!isDead(container)) return "not-found";
    await removeContainer(target.engine, container.id, bounds);
    return "deleted";
  }
  return withinSession(server.url, bounds.within, async (session) => {
    // No run can create a database while this session has the lock.
    if (!(await tryStopLock(session)) || !servesNoRun(await readDatabases(session))) return "not-found";
    await removeContainer(target.engine, container.id, bounds);
    return "deleted";
  });
}

/**
 * Removes the containers that have ended, and reports each in a warning: their databases were in memory. Returns whether one
 * of them was started for the run with this full name.
 */
export async function removeDead(target: Target, containers: readonly Container[], name: string, bounds: Bounds): Promise<boolean> {
  const dead = containers.filter((container) => isDead(container));
  for (const container of dead) {
    await removeContainer(target.engine, container.id, bounds);
    const end =
      container.status === "created"
        ? "was never started. It"
        : `had ended (exit status ${container.exitCode}). Its databases were lost, and it`;
    const text = `The container ${container.name} ${end} was removed.`;
    bounds.emit({ kind: "warning", text });
  }
  return dead.some(({ tag }) => tag !== undefined && branchName({ repository: tag.repository, key: tag.run }) === name);
}

async function isUnused({ reach }: Target, container: Container, { within }: Bounds): Promise<boolean> {
  const server = serverIn(container, reach);
  if (server === undefined) return isDead(container);
  try {
    return await withinSession(server.url, within, async (session) => servesNoRun(await readDatabases(session)));
  } catch {
    // A server that does not answer may be starting. The process that started it handles its failure.
    within.check();
    return false;
  }
}

function servesNoRun(snapshot: Snapshot): boolean {
  return snapshot.upMs > NEW_MS && !snapshot.hasIdleReaper && !hasRuns(snapshot) && !holdsForeign(storedDatabasesOf(snapshot));
}

function toListed({ name, tag, createdAt }: Container): Listed {
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
