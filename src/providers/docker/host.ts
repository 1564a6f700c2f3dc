import type { Env } from "../../environment.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { Bounds, ClusterHost } from "../local/host.ts";
import type { Refusal } from "../provider.ts";
import { boot } from "./boot.ts";
import { DEFAULT_MAJOR, type Identity, identityOf } from "./container.ts";
import { type Reach, reachOf } from "./endpoint.ts";
import { containerEngine, type Engine } from "./engine.ts";
import { type Image, lookAtImage, pullImage } from "./image.ts";
import { type Container, inspect, inspectBoth, ownContainers, serverIn } from "./inspect.ts";
import { holdsForeign, remove } from "./remove.ts";
import { spawnKeeper } from "./spawn-idle-reaper.ts";

export interface DockerOptions {
  /** Read for what the container tool reads, and for `OFFSHOOT_HOME`. */
  readonly env: Env;
  /** Wanted major version; default 17, or what `image` holds. */
  readonly major?: number | undefined;
  /** Image with the environment of the official one; default `postgres:<major>`. */
  readonly image?: string | undefined;
  /** Milliseconds without a session after which a container is removed in which no run has a database. */
  readonly idleMs: number;
  /** Milliseconds after which a base that no run started from is dropped. */
  readonly baseTtlMs: number;
}

/** An engine, and which container on it is meant. */
export interface Place {
  readonly engine: Engine;
  readonly reach: Reach;
  readonly identity: Identity;
}

/** Where the container of these options is. Looks at the tool's settings, and starts nothing. */
export async function placeOf({ env, image, major }: DockerOptions, { within }: Bounds): Promise<Place> {
  const engine = containerEngine(env);
  const reach = await reachOf(engine, env, within);
  // Users of one machine each have their own; root of any container on it is one user.
  const user = `${process.getuid?.() ?? env["USERNAME"] ?? ""}\n${env["OFFSHOOT_HOME"] ?? ""}`;
  return { engine, reach, identity: identityOf(user, image ?? `postgres:${major ?? DEFAULT_MAJOR}`, reach) };
}

export interface HostOptions {
  /** Tag of the run for which the container is started, if it is. */
  readonly tag?: OwnerTag | undefined;
  /** Whether a missing image is pulled by `refuse`. Default false: then it only looks. */
  readonly mayPull?: boolean;
  /** Containers of ours as they were seen a moment ago: spares the engine the same question. */
  readonly seen?: readonly Container[] | undefined;
}

/** A host whose server runs in a container. An engine that can't be asked has nothing running; `refuse` says why. */
export function dockerHost(place: Place, settings: DockerOptions, options: HostOptions = {}): ClusterHost {
  const { engine, reach, identity } = place;
  /** As the last look showed it; each look serves one question. */
  let looked: Image | "missing" | Refusal | undefined;
  let image: Image | undefined;
  let isAbsent = false;

  async function refuse(bounds: Bounds): Promise<Refusal | undefined> {
    const found = looked ?? (await lookAtImage(engine, identity.image, bounds));
    looked = undefined;
    if (found === "missing") {
      if (options.mayPull !== true) return undefined;
      return (await pullImage(engine, identity.image, settings.image !== undefined, bounds)) ?? refuse(bounds);
    }
    if (found.kind === "refusal") return found;
    image = found;
    return undefined;
  }

  async function look({ within }: Bounds): Promise<Container | undefined> {
    if (options.seen !== undefined) return options.seen.find(({ name }) => name === identity.name);
    const found = await inspectBoth(engine, identity.name, identity.image, within);
    looked = found.image;
    isAbsent = found.container === undefined;
    return found.container;
  }

  const keep = (container: string): void => {
    const { idleMs, baseTtlMs, env } = settings;
    spawnKeeper({ container, owner: identity.owner, reach, idleMs, baseTtlMs }, env);
  };

  return {
    provider: "docker",
    quickCheckpoints: true,
    refuse,
    async running(bounds) {
      const container = await look(bounds);
      return container?.owner === identity.owner ? serverIn(container, reach) : undefined;
    },
    async elsewhere({ within }) {
      const found = options.seen ?? (await ownContainers(engine, identity.owner, within));
      const others = "trouble" in found ? [] : found.filter(({ name }) => name !== identity.name);
      return others.flatMap((container) => serverIn(container, reach) ?? []);
    },
    async boot(bounds) {
      if (image === undefined) throw new TypeError("boot without a look at the image");
      const wasAbsent = isAbsent;
      isAbsent = false;
      return boot({ ...bounds, ...place, image, tag: options.tag, isAbsent: wasAbsent, keep: () => keep(identity.name) });
    },
    async stop(server, keeps, { within }) {
      if (holdsForeign(keeps)) return;
      const [container] = await inspect(engine, [server.id], within);
      // Its password is its own: a container that took the name since then is another one.
      if (container !== undefined && serverIn(container, reach)?.url === server.url) await remove(engine, container.id, { within });
    },
    async watch(server) {
      keep(server.id);
    },
  };
}
