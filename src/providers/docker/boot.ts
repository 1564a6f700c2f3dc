import { shellCommand } from "../../shell-command.ts";
import { randomBytes } from "node:crypto";
import { deadline, jitter } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import { lastErrors } from "../local/cluster/failure.ts";
import type { Bounds, Server } from "../local/server.ts";
import { OWNER_LABEL, runArguments, type Target } from "./container.ts";
import { LOOPBACK } from "./endpoint.ts";
import { brief, type DockerFailure, failureOf } from "./failure.ts";
import type { Image } from "./image.ts";
import { type Container, inspect, serverIn } from "./inspect.ts";
import { isDead, isKilled, removeContainer } from "./unused-containers.ts";

export interface BootOptions extends Bounds, Target {
  readonly image: Image;
  readonly tag: OwnerTag | undefined;
  /** Whether a look a moment ago found no such container. It is then started without another look. */
  readonly isAbsent: boolean;
  readonly startIdleReaper: () => void;
}

/** How often a start is tried when another process took the port that the engine chose, or the container was ended from outside. */
const TRIES = 3;

/** While a container does not answer it is inspected at this interval, in milliseconds. Usually it answers before that. */
const INSPECT_MS = 3000;

/** Time limit of one connection attempt. A packet can get lost while the engine sets up the port. */
const ATTEMPT_MS = 5000;

/**
 * Finds the container or starts it. When many processes start it at once, the engine gives its name to one of them; the
 * others see that the name is taken and wait for the same server. Throws `NOT_OURS`, `DISK_FULL`, `POSTGRES_START_FAILED`.
 */
export async function boot(options: BootOptions): Promise<Server> {
  const { engine, identity, reach, within } = options;
  let { bind } = reach;
  let { isAbsent } = options;
  let hasStarted = false;
  let losses = 0;
  for (let attempt = 1; ;) {
    const [found] = isAbsent ? [] : await inspect(engine, [identity.name], within);
    isAbsent = false;
    const server = found && serverIn(checkOwner(found, options), reach);
    if (found !== undefined && server !== undefined) {
      const answered = await untilAnswering(found, server, options);
      if (answered !== undefined) return answered;
      losses += 1;
      if (losses === TRIES) throw startFailed(options, "another process removed or killed it each time", "other");
      continue;
    }
    if (found !== undefined) {
      if (!isDead(found)) await within.pause(jitter(50));
      // The container of another process is replaced. One that this process started would fail again.
      else if (hasStarted && !isKilled(found)) throw await deadContainerError(found, options);
      else await removeContainer(engine, found.id, options);
      continue;
    }
    const failure = await startContainer({ ...options, reach: { ...reach, bind } });
    hasStarted ||= failure === undefined;
    if (failure === "port-taken" && attempt < TRIES) attempt += 1;
    else if (failure === "address-foreign" && bind !== LOOPBACK.bind) ({ bind } = LOOPBACK);
    else if (failure !== undefined && failure !== "name-taken") {
      throw startFailed(options, "the engine found no free port to publish", failure);
    }
  }
}

/** Returns a failure that can pass. Throws every other failure, and leaves no container then. */
async function startContainer(options: BootOptions): Promise<DockerFailure | undefined> {
  const { engine, identity, within, emit, startIdleReaper } = options;
  const secrets = { POSTGRES_PASSWORD: randomBytes(24).toString("base64url") };
  // Also after a cancelled start, because no other command may ever use the container.
  within.signal.addEventListener("abort", startIdleReaper, { once: true });
  const started = await engine
    .call(runArguments({ ...options, bind: options.reach.bind }), { within, secrets })
    .finally(() => within.signal.removeEventListener("abort", startIdleReaper));
  if (started.ok) {
    // Started now, while the server still makes its files: the idle reaper exists even if this process is killed next.
    startIdleReaper();
    emit({ kind: "detail", text: `Started Postgres in the container ${identity.name}.` });
    return undefined;
  }
  const failure = failureOf(started.stderr);
  if (failure === "name-taken") return failure;
  // The tool creates the container and then starts it. When only the start failed, the container exists. Its password proves
  // that this process created it.
  const [created] = await inspect(engine, [identity.name], within);
  if (created !== undefined && created.password === secrets.POSTGRES_PASSWORD) await removeContainer(engine, created.id, options);
  if (failure === "port-taken" || failure === "address-foreign") return failure;
  throw startFailed(options, brief(started.stderr), failure);
}

/** Waits until the server answers, and checks now and then that its container runs. Undefined when another process ended it. */
async function untilAnswering(container: Container, server: Server, options: BootOptions): Promise<Server | undefined> {
  const { within } = options;
  const isOver = new AbortController();
  const budget = deadline("connecting to the Postgres in the container", within.leftMs(), AbortSignal.any([within.signal, isOver.signal]));
  const untilEnded = async (): Promise<undefined> => {
    for (;;) {
      await budget.pause(INSPECT_MS);
      const [now] = await inspect(options.engine, [container.id], budget);
      if (now?.status === "running") continue;
      // A job that finds a dead container removes it, so a missing one was killed too.
      if (now === undefined || isKilled(now)) return undefined;
      throw await deadContainerError(container, options);
    }
  };
  const end = untilEnded();
  try {
    const ready = waitUntilReady(server.url, budget, { attemptMs: ATTEMPT_MS, longestPauseMs: 50 });
    return await Promise.race([ready.then(() => server), end]);
  } catch (thrown) {
    within.check();
    throw thrown;
  } finally {
    isOver.abort();
    await end.catch(() => undefined);
  }
}

/** The error for a container that ended by itself, with its last log lines. Removes it, so that the next try starts a new one. */
async function deadContainerError({ id }: Container, options: BootOptions): Promise<OffshootError> {
  const { engine, within } = options;
  const logs = await engine.call(["logs", "--tail", "20", id], { within });
  const output = logs.ok ? lastErrors(`${logs.stdout}\n${logs.stderr}`.trim()) : "it was removed, and its log too";
  await removeContainer(engine, id, options);
  return startFailed(options, output, failureOf(output));
}

function startFailed({ engine, identity: { name, image } }: Target, reason: string, failure: DockerFailure): OffshootError {
  if (failure === "disk-full") {
    return new OffshootError("DISK_FULL", `The container ${name} did not start: the disk of the Docker engine is full: ${reason}`, {
      meaning: "The container was removed.",
      remedy: `Free some disk space, for example with \`${engine.tool()} system prune\`.`,
    });
  }
  return new OffshootError("POSTGRES_START_FAILED", `The container ${name} of the image ${image} did not start: ${reason}`, {
    meaning: "The container was removed.",
    remedy: "Correct the setting docker.image, or choose another provider with `--provider`.",
    facts: { container: name, image, failure },
  });
}

function checkOwner(container: Container, { engine, identity: { name, owner } }: Target): Container {
  if (container.owner === owner) return container;
  throw new OffshootError("NOT_OURS", `A container named ${name} exists without the label ${OWNER_LABEL}=${owner}.`, {
    meaning: "It may belong to someone else. It was neither used nor removed.",
    remedy: `Rename it with \`${shellCommand([engine.tool(), "rename", name, "NAME"])}\`, or remove it with \`${shellCommand([engine.tool(), "rm", "--force", name])}\`.`,
  });
}
