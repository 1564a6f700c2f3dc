import { deadline, jitter } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import { localProvider } from "../local/local.ts";
import type { Bounds } from "../local/server.ts";
import type { Database, Limits, Provider, Released, ReleaseOptions } from "../provider.ts";
import type { Snapshots } from "../snapshots.ts";
import type { Target } from "./container.ts";
import { brief, failureOf } from "./failure.ts";
import { type Container, ownContainers } from "./inspect.ts";
import { type DockerOptions, dockerSource, type SourceOptions, targetOf } from "./server-source.ts";
import { containerNameOf, listUnused, removeDead, removeUnused } from "./unused-containers.ts";

export type { DockerOptions } from "./server-source.ts";

/** Thrown when the container of a database to release has ended meanwhile. */
const CONTAINER_ENDED = new Error("the container has ended");

/**
 * Databases on a Postgres in a container. It is started when it is first needed, all runs of this user share it, and it is
 * removed when no run needs it; its data is in memory. Uses the command `docker` or `podman`, with its contexts and remote
 * hosts. Throws, besides the errors of `localProvider`, `POSTGRES_START_FAILED`, `DISK_FULL`, `LEFT_BEHIND`, `NOT_OURS` when
 * another container has the name, and `PROVIDER_OUTAGE` when the engine cannot list its containers.
 */
export function dockerProvider(options: DockerOptions): Provider {
  /** Finds the target, then does the work in the time that is left. */
  async function onTarget<T>(what: string, limits: Limits, work: (target: Target, bounds: Bounds, left: Limits) => Promise<T>): Promise<T> {
    const bounds: Bounds = { within: deadline(what, limits.withinMs, limits.signal), emit: limits.emit };
    const target = await targetOf(options, bounds);
    return work(target, bounds, { ...limits, withinMs: bounds.within.leftMs() });
  }

  const providerOn = (target: Target, more?: SourceOptions): Provider => localProvider(dockerSource(target, options, more), options);

  const snapshotsOn = (target: Target): Snapshots<Database> => {
    const { snapshots } = providerOn(target);
    if (snapshots === undefined) throw new TypeError("a local provider has snapshots");
    return snapshots;
  };

  return {
    name: "docker",
    refuse: (limits) => onTarget("looking for Docker", limits, (target, _, left) => providerOn(target).refuse(left)),
    examine: (name, limits, major) =>
      onTarget("examining Docker", limits, (target, _, left) => providerOn(target).examine(name, left, major)),
    acquire: (wanted, limits) =>
      onTarget("getting a database (docker)", limits, (target, _, left) =>
        providerOn(target, { tag: wanted.tag, mayPull: true }).acquire(wanted, left),
      ),
    find: (name, limits) => onTarget(`looking for ${name} (docker)`, limits, (target, _, left) => providerOn(target).find(name, left)),
    reset: (name, wanted, limits) =>
      onTarget(`resetting ${name} (docker)`, limits, async (target, _, left) => providerOn(target).reset?.(name, wanted, left)),
    snapshots: {
      list: (name, limits) => onTarget("listing snapshots (docker)", limits, (target, _, left) => snapshotsOn(target).list(name, left)),
      create: (name, request, limits) =>
        onTarget("storing a snapshot (docker)", limits, (target, _, left) => snapshotsOn(target).create(name, request, left)),
      restore: (name, snapshot, more, limits) =>
        onTarget("restoring a snapshot (docker)", limits, (target, _, left) => snapshotsOn(target).restore(name, snapshot, more, left)),
      remove: (name, snapshot, limits) =>
        onTarget("deleting a snapshot (docker)", limits, (target, _, left) => snapshotsOn(target).remove(name, snapshot, left)),
    },
    release: (name, limits, more = {}) =>
      onTarget(`removing ${name} (docker)`, limits, (target, bounds, left) => release(name, target, bounds, left, more)),
    list: (limits) =>
      onTarget("listing databases (docker)", limits, async (target, bounds, left) => {
        const seen = await allContainers(target, bounds);
        const databases = await providerOn(target, { seen }).list(left);
        return [...databases, ...(await listUnused(target, seen, bounds))];
      }),
  };

  /** When the server ends meanwhile, its databases have ended too. Then the containers are listed again, and none is started. */
  async function release(name: string, target: Target, bounds: Bounds, limits: Limits, more: ReleaseOptions): Promise<Released> {
    const container = containerNameOf(name);
    if (container !== undefined) return removeUnused(target, container, bounds);
    for (;;) {
      const seen = await allContainers(target, bounds);
      const source = dockerSource(target, options, { seen });
      const outcome = await localProvider({ ...source, boot: () => Promise.reject(CONTAINER_ENDED) }, options)
        .release(name, { ...limits, withinMs: bounds.within.leftMs() }, more)
        .catch((thrown: unknown) => {
          if (thrown === CONTAINER_ENDED) return undefined;
          throw thrown;
        });
      // Also when the database was elsewhere: no other command would remove a dead container of this user.
      const hadDatabase = await removeDead(target, seen, name, bounds);
      if (outcome === "not-found" && hadDatabase) return "deleted";
      if (outcome !== undefined) return outcome;
      await bounds.within.pause(jitter(50));
    }
  }
}

/** All containers of the user. An engine that cannot list them is an error, because they may hold databases to release. */
async function allContainers({ engine, identity }: Target, { within }: Bounds): Promise<readonly Container[]> {
  const found = await ownContainers(engine, identity.owner, within);
  if (!("failed" in found)) return found;
  if (failureOf(found.failed) === "no-docker") return [];
  throw new OffshootError("PROVIDER_OUTAGE", `The engine (${engine.tool()}) could not list its containers: ${brief(found.failed)}`, {
    meaning: "Databases of offshoot may be left in one of them.",
    remedy: `Start the engine and run the command again. \`${engine.tool()} ps --filter label=offshoot-owner\` shows the containers.`,
  });
}
