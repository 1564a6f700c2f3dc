import { shellCommand } from "../../shell-command.ts";
import type { BaseLimits } from "../local/base-limits.ts";
import { tmpdir } from "node:os";
import type { Env } from "../../environment.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { startInBackground } from "../../process/background.ts";
import { type Bounds, examined, type ServerSource } from "../local/server.ts";
import type { Refusal } from "../provider.ts";
import { boot } from "./boot.ts";
import { DEFAULT_MAJOR, identityOf, type Target } from "./container.ts";
import { reachOf } from "./endpoint.ts";
import { containerEngine, toolEnvironment } from "./engine.ts";
import type { ReaperRequest } from "./idle-reaper.ts";
import { type Image, inspectImage, pullImage } from "./image.ts";
import { type Container, inspect, inspectBoth, ownContainers, serverIn } from "./inspect.ts";
import { holdsForeign, removeContainer } from "./unused-containers.ts";

/** Most containers have started after this time. A job waits for the same processors, so the idle reaper starts later. */
const REAPER_DELAY_SECONDS = 5;

export interface DockerOptions {
  /** The container tool's environment. `OFFSHOOT_HOME` is read too. */
  readonly env: Env;
  /** Major version; default 17, or that of `image`. */
  readonly major?: number | undefined;
  /** An image that takes the environment variables of the official image; default `postgres:<major>`. */
  readonly image?: string | undefined;
  /** Milliseconds without a session after which a container without runs is removed. */
  readonly idleMs: number;
  /** Milliseconds after its last use when a base is dropped. */
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
}

/** The engine and the container that these options mean. Reads the tool's settings and starts nothing. */
export async function targetOf({ env, image, major }: DockerOptions, { within }: Bounds): Promise<Target> {
  const engine = containerEngine(env);
  const reach = await reachOf(engine, env, within);
  // Each user of a machine has containers of its own. Root counts as one user, in whichever container it runs.
  const user = `${process.getuid?.() ?? env["USERNAME"] ?? ""}\n${env["OFFSHOOT_HOME"] ?? ""}`;
  return { engine, reach, identity: identityOf(user, image ?? `postgres:${major ?? DEFAULT_MAJOR}`, reach) };
}

export interface SourceOptions {
  /** Tag of the run for which a container is started. */
  readonly tag?: OwnerTag | undefined;
  /** Whether `refuse` pulls a missing image. Default false. */
  readonly mayPull?: boolean;
  /** The user's containers, if they were inspected a moment ago. They are not inspected again then. */
  readonly seen?: readonly Container[] | undefined;
}

/** Runs the server in a container. When the engine cannot be used, no server runs, and `refuse` returns the reason. */
export function dockerSource(target: Target, settings: DockerOptions, options: SourceOptions = {}): ServerSource {
  const { engine, reach, identity } = target;
  /** The result of the last inspection. It is used once, because it is outdated after that. */
  let inspected: Image | "missing" | Refusal | undefined;
  let image: Image | undefined;
  let isAbsent = false;

  async function refuse(bounds: Bounds): Promise<Refusal | undefined> {
    const found = inspected ?? (await inspectImage(engine, identity.image, bounds));
    inspected = undefined;
    if (found === "missing") {
      if (options.mayPull !== true) return undefined;
      return (await pullImage(engine, identity.image, settings.image !== undefined, bounds)) ?? refuse(bounds);
    }
    if (found.kind === "refusal") return found;
    image = found;
    return undefined;
  }

  async function findContainer({ within }: Bounds): Promise<Container | undefined> {
    if (options.seen !== undefined) return options.seen.find(({ name }) => name === identity.name);
    const found = await inspectBoth(engine, identity.name, identity.image, within);
    inspected = found.image;
    isAbsent = found.container === undefined;
    return found.container;
  }

  // Without an idle reaper the last `down` still removes the container, and the next command starts another idle reaper.
  const startIdleReaper = (container: string): void => {
    const { idleMs, baseTtlMs, baseLimits, env } = settings;
    const request: ReaperRequest = { container, owner: identity.owner, reach, idleMs, baseTtlMs, baseLimits };
    const start = { cwd: tmpdir(), env: toolEnvironment(env), delaySeconds: REAPER_DELAY_SECONDS };
    startInBackground("providers/docker/idle-reaper", request, start);
  };

  return {
    provider: "docker",
    quickCheckpoints: true,
    refuse,
    async examine(bounds) {
      const found = await inspectImage(engine, identity.image, bounds);
      if (found === "missing") {
        const text = `The engine answers. It does not have the image ${identity.image} and pulls it at the first use.`;
        return {
          checks: [
            {
              name: "image",
              state: "warning",
              text,
              remedy: `Run \`${shellCommand(["docker", "pull", identity.image])}\` to have it before the first run.`,
            },
          ],
          refusal: undefined,
        };
      }
      const text = `The engine answers, and has the image ${identity.image}.`;
      return examined("image", found.kind === "refusal" ? found : undefined, text);
    },
    async running(bounds) {
      const container = await findContainer(bounds);
      return container?.owner === identity.owner ? serverIn(container, reach) : undefined;
    },
    async otherServers({ within }) {
      const found = options.seen ?? (await ownContainers(engine, identity.owner, within));
      const others = "failed" in found ? [] : found.filter(({ name }) => name !== identity.name);
      return others.flatMap((container) => serverIn(container, reach) ?? []);
    },
    async boot(bounds) {
      if (image === undefined) throw new TypeError("boot was called before refuse");
      const wasAbsent = isAbsent;
      isAbsent = false;
      return boot({
        ...bounds,
        ...target,
        image,
        tag: options.tag,
        isAbsent: wasAbsent,
        startIdleReaper: () => startIdleReaper(identity.name),
      });
    },
    async stop(server, stored, { within }) {
      if (holdsForeign(stored)) return;
      const [container] = await inspect(engine, [server.id], within);
      // A new container with the same name has another password, and so another URL.
      if (container !== undefined && serverIn(container, reach)?.url === server.url)
        await removeContainer(engine, container.id, { within });
    },
    async startIdleReaper(server) {
      startIdleReaper(server.id);
    },
  };
}
