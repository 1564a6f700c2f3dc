import { randomBytes } from "node:crypto";
import { deadline, jitter } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import { waitUntilReady } from "../../postgres/ready.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import { lastWords } from "../local/cluster/failure.ts";
import type { Bounds, Server } from "../local/host.ts";
import { type Identity, OWNER_LABEL, runArguments } from "./container.ts";
import { LOOPBACK, type Reach } from "./endpoint.ts";
import type { Engine } from "./engine.ts";
import type { Image } from "./image.ts";
import { type Container, inspect, serverIn } from "./inspect.ts";
import { isDead, isKilled, remove } from "./remove.ts";
import { brief, type Trouble, troubleOf } from "./trouble.ts";

export interface BootOptions extends Bounds {
  readonly engine: Engine;
  readonly identity: Identity;
  readonly image: Image;
  readonly reach: Reach;
  readonly tag: OwnerTag | undefined;
  /** Whether there was no such container a moment ago: then it is started without another look. */
  readonly isAbsent: boolean;
  /** Starts the process that watches over a container that we started. */
  readonly keep: () => void;
}

/** How often a start is tried when the engine chose a port that somebody took meanwhile, or somebody ends the container. */
const TRIES = 3;

/** How often a container that doesn't answer yet is looked at; a healthy one has answered by the first look. */
const LOOK_MS = 3000;

/** A packet that is lost while the engine sets up the port must not take the whole time. */
const ATTEMPT_MS = 5000;

/**
 * Finds the container or starts it. Its name is the guard: of any number of processes at once one gets it, and the
 * others see that it is taken and wait for the same server. Throws `NOT_OURS`, `DISK_FULL`, `POSTGRES_START_FAILED`.
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
    const server = found && serverIn(checkedOwner(found, identity), reach);
    if (found !== undefined && server !== undefined) {
      const answered = await answering(found, server, options);
      if (answered !== undefined) return answered;
      losses += 1;
      if (losses === TRIES) throw startFailed(identity, "Somebody removed or killed it each time.", "other");
      continue;
    }
    if (found !== undefined) {
      if (!isDead(found)) await within.pause(jitter(50));
      // One that another process left is replaced; one that died on us would only die again.
      else if (hasStarted && !isKilled(found)) throw await autopsy(found, options);
      else await remove(engine, found.id, options);
      continue;
    }
    const trouble = await startAnew({ ...options, reach: { ...reach, bind } });
    hasStarted ||= trouble === undefined;
    if (trouble === "port-taken" && attempt < TRIES) attempt += 1;
    else if (trouble === "address-foreign" && bind !== LOOPBACK.bind) ({ bind } = LOOPBACK);
    else if (trouble !== undefined && trouble !== "name-taken") {
      throw startFailed(identity, "The engine has no port to publish it on.", trouble);
    }
  }
}

/** What may pass is returned; everything else is thrown, and then no container is left. */
async function startAnew(options: BootOptions): Promise<Trouble | undefined> {
  const { engine, identity, within, emit, keep } = options;
  const secrets = { POSTGRES_PASSWORD: randomBytes(24).toString("base64url") };
  // After a start that was cancelled too: then nobody else may ever look at the container.
  within.signal.addEventListener("abort", keep, { once: true });
  const started = await engine
    .call(runArguments({ ...options, bind: options.reach.bind }), { within, secrets })
    .finally(() => within.signal.removeEventListener("abort", keep));
  if (started.ok) {
    // While the server makes its files, so that it is there whatever becomes of us, and no work for us waits beside it.
    keep();
    emit({ kind: "note", text: `Started Postgres in the container ${identity.name}.` });
    return undefined;
  }
  const trouble = troubleOf(started.stderr);
  if (trouble === "name-taken") return trouble;
  // The tool makes the container and then starts it: only the second has failed. Its password proves that we made it.
  const [made] = await inspect(engine, [identity.name], within);
  if (made !== undefined && made.password === secrets.POSTGRES_PASSWORD) await remove(engine, made.id, options);
  if (trouble === "port-taken" || trouble === "address-foreign") return trouble;
  throw startFailed(identity, brief(started.stderr), trouble);
}

/** Waits until the server answers, and looks now and then whether it still can. Undefined where somebody ended it. */
async function answering(container: Container, server: Server, options: BootOptions): Promise<Server | undefined> {
  const { within } = options;
  const isOver = new AbortController();
  const budget = deadline("the Postgres in the container", within.leftMs(), AbortSignal.any([within.signal, isOver.signal]));
  const ended = async (): Promise<undefined> => {
    for (;;) {
      await budget.pause(LOOK_MS);
      const [now] = await inspect(options.engine, [container.id], budget);
      if (now?.status === "running") continue;
      // Another job that found it dead removes it.
      if (now === undefined || isKilled(now)) return undefined;
      throw await autopsy(container, options);
    }
  };
  const death = ended();
  try {
    const ready = waitUntilReady(server.url, budget, { attemptMs: ATTEMPT_MS, longestPauseMs: 50 });
    return await Promise.race([ready.then(() => server), death]);
  } catch (thrown) {
    within.check();
    throw thrown;
  } finally {
    isOver.abort();
    await death.catch(() => undefined);
  }
}

/** Our error for a container that died: its last words. The dead container is removed, so that the next try starts anew. */
async function autopsy({ id }: Container, options: BootOptions): Promise<OffshootError> {
  const { engine, identity, within } = options;
  const logs = await engine.call(["logs", "--tail", "20", id], { within });
  const words = logs.ok ? lastWords(`${logs.stdout}\n${logs.stderr}`.trim()) : "It is gone, and its log with it.";
  await remove(engine, id, options);
  return startFailed(identity, words, troubleOf(words));
}

function startFailed({ name, image }: Identity, words: string, trouble: Trouble): OffshootError {
  if (trouble === "disk-full") {
    return new OffshootError("DISK_FULL", `The disk of the Docker engine is full: ${words}`, {
      meaning: "The container could not be started, and none was left.",
      remedy: "Free some space, such as with `docker system prune`.",
    });
  }
  return new OffshootError("POSTGRES_START_FAILED", `The container ${name} of ${image} did not start: ${words}`, {
    meaning: "It was removed again.",
    remedy: "Check the image setting, or choose another provider with `--provider`.",
    facts: { container: name, image, trouble },
  });
}

function checkedOwner(container: Container, { name, owner }: Identity): Container {
  if (container.owner === owner) return container;
  throw new OffshootError("NOT_OURS", `A container named ${name} exists and carries no label of ours (${OWNER_LABEL}=${owner}).`, {
    meaning: "It may be somebody else's, so it is neither used nor removed.",
    remedy: "Rename or remove it by hand.",
  });
}
