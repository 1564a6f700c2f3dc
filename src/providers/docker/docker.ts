import { deadline, jitter } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import { type DockerOptions, dockerHost, type HostOptions, type Place, placeOf } from "./host.ts";
import { type Container, ownContainers } from "./inspect.ts";
import { containerOf, listLeftovers, removeLeftover } from "./leftover.ts";
import { brief, troubleOf } from "./trouble.ts";
import type { Bounds } from "../local/host.ts";
import { localProvider } from "../local/local.ts";
import type { Lifetime } from "../../identity/owner-tag.ts";
import type { Limits, Provider, Released } from "../provider.ts";

export type { DockerOptions } from "./host.ts";

/** A server that was there a moment ago is gone. */
const VANISHED = new Error("the container is gone");

/**
 * Databases on a Postgres in a container: started when it is first needed, shared by all runs of this user, removed when
 * no run needs it; its data is in memory. Works over the `docker` command, or `podman`, with their contexts and
 * remote hosts. Throws, besides what `localProvider` does, `POSTGRES_START_FAILED`, `DISK_FULL`, `NOT_OURS` for
 * somebody else's container of our name, `PROVIDER_OUTAGE` where the engine can't say what exists, and `LEFT_BEHIND`.
 */
export function dockerProvider(options: DockerOptions): Provider {
  /** Does the work in the time that is left after a look around. */
  async function at<T>(what: string, limits: Limits, work: (place: Place, bounds: Bounds, left: Limits) => Promise<T>): Promise<T> {
    const bounds: Bounds = { within: deadline(what, limits.withinMs, limits.signal), emit: limits.emit };
    const place = await placeOf(options, bounds);
    return work(place, bounds, { ...limits, withinMs: bounds.within.leftMs() });
  }

  const over = (place: Place, more?: HostOptions): Provider => localProvider(dockerHost(place, options, more), options);

  return {
    name: "docker",
    refuse: (limits) => at("looking for Docker", limits, (place, _, left) => over(place).refuse(left)),
    acquire: (wanted, limits) =>
      at("getting a database (docker)", limits, (place, _, left) => over(place, { tag: wanted.tag, mayPull: true }).acquire(wanted, left)),
    find: (name, limits) => at(`looking for ${name} (docker)`, limits, (place, _, left) => over(place).find(name, left)),
    release: (name, limits, _seen, only) =>
      at(`removing ${name} (docker)`, limits, (place, bounds, left) => release(name, place, bounds, left, only)),
    list: (limits) =>
      at("listing databases (docker)", limits, async (place, bounds, left) => {
        const seen = await allContainers(place, bounds);
        const databases = await over(place, { seen }).list(left);
        return [...databases, ...(await listLeftovers(place, seen, bounds))];
      }),
  };

  /** A server that goes away meanwhile takes its databases along: then it is looked again, and none is started for that. */
  async function release(name: string, place: Place, bounds: Bounds, limits: Limits, only: Lifetime | undefined): Promise<Released> {
    const container = containerOf(name);
    if (container !== undefined) return removeLeftover(place, container, bounds);
    for (;;) {
      const host = dockerHost(place, options, { seen: await allContainers(place, bounds) });
      const outcome = await localProvider({ ...host, boot: () => Promise.reject(VANISHED) }, options)
        .release(name, { ...limits, withinMs: bounds.within.leftMs() }, undefined, only)
        .catch((thrown: unknown) => {
          if (thrown === VANISHED) return undefined;
          throw thrown;
        });
      if (outcome !== undefined) return outcome;
      await bounds.within.pause(jitter(50));
    }
  }
}

/** Every container of ours; an engine that can't say which there are may hold what should go, so that is no "none". */
async function allContainers({ engine, identity }: Place, { within }: Bounds): Promise<readonly Container[]> {
  const found = await ownContainers(engine, identity.owner, within);
  if (!("trouble" in found)) return found;
  if (troubleOf(found.trouble) === "no-docker") return [];
  throw new OffshootError("PROVIDER_OUTAGE", `The Docker engine can't say which containers it has: ${brief(found.trouble)}`, {
    meaning: "Databases of ours may be left in one of them.",
    remedy: "Start the engine and run the command again, or look with `docker ps --filter label=offshoot-owner`.",
  });
}
