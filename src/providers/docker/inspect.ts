import * as z from "zod";
import type { Deadline } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import { isLoopback } from "../../loopback.ts";
import { formatUrl } from "../../postgres/url.ts";
import { type OwnerTag, tagFromRecord } from "../../identity/owner-tag.ts";
import type { Server } from "../local/server.ts";
import type { Refusal } from "../provider.ts";
import { CONTAINER_PREFIX, isNameOf, LABEL_PREFIX, OWNER_LABEL } from "./container.ts";
import type { Reach } from "./endpoint.ts";
import { type Engine, FIRST_ANSWER_MS } from "./engine.ts";
import { type Image, imageOf } from "./image.ts";
import { engineRefusal, wrongAnswerRefusal } from "./failure.ts";
import { CONTAINER_ID, parseShown, SHOWN_CONTAINER, SHOWN_IMAGE, type ShownContainer } from "./shown.ts";

/** A container, from the engine's description of it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** `created`, `running`, `exited` and so on. */
  readonly status: string;
  /** Exit status of its main process: 128 plus the number of a signal that ended it. 0 while it runs. */
  readonly exitCode: number;
  readonly createdAt: Date;
  /** From the label. Undefined when the name or another label is not one that offshoot writes: the container belongs to others then. */
  readonly owner: string | undefined;
  /** Tag of the run that started it. */
  readonly tag: OwnerTag | undefined;
  /** Read from the engine and stored nowhere else. Whoever can use the engine has full access to the container anyway. */
  readonly password: string | undefined;
  readonly port: { readonly address: string; readonly number: number } | undefined;
}

/**
 * Containers by name or id. Leaves out those that do not exist, and those whose description is larger than the limit. Empty when the engine cannot be used. Throws
 * `PROVIDER_OUTAGE` for an answer that is not valid.
 */
export async function inspect(engine: Engine, names: readonly string[], within: Deadline): Promise<readonly Container[]> {
  const shown = await engine.call(["container", "inspect", ...names], { within });
  if (shown.isTooLarge === true) {
    // Ours are described in a few KB. A container of others can have labels of many megabytes, and must not hide ours.
    const [, ...more] = names;
    const found: Container[] = [];
    for (const name of more.length === 0 ? [] : names) found.push(...(await inspect(engine, [name], within)));
    return found;
  }
  // With several names the tool prints those that exist, and an error about the others.
  if (!shown.ok && !isList(shown.stdout)) return [];
  return parseContainers(shown.stdout);
}

/** The container and the image in one call, because each call makes the start slower. */
export async function inspectBoth(
  engine: Engine,
  name: string,
  image: string,
  within: Deadline,
): Promise<{ readonly container: Container | undefined; readonly image: Image | "missing" | Refusal }> {
  const shown = await engine.call(["inspect", name, image], { within, answerMs: FIRST_ANSWER_MS });
  if (!shown.ok && !isList(shown.stdout)) return { container: undefined, image: engineRefusal(shown.stderr) ?? "missing" };
  if (shown.isTooLarge === true) return { container: undefined, image: wrongAnswerRefusal("is too large") };
  const answer = parseShown(
    shown.stdout,
    z.array(z.union([SHOWN_CONTAINER, z.object({ State: z.undefined().optional(), Config: SHOWN_IMAGE })])),
  );
  if ("wrong" in answer) return { container: undefined, image: wrongAnswerRefusal(answer.wrong) };
  const found = answer.found.find((object): object is ShownContainer => object.State !== undefined);
  const shownImage = answer.found.find((object) => object.State === undefined);
  return {
    container: found && containerOf(found),
    image: shownImage === undefined ? (engineRefusal(shown.stderr) ?? "missing") : imageOf(shownImage.Config),
  };
}

function isList(output: string): boolean {
  return output.trimStart().startsWith("[");
}

/** More containers than one user has. Their ids must fit into one command line. */
const MOST_CONTAINERS = 1000;

/** Every container of this owner, running or not, or the tool's output when the engine cannot be used. */
export async function ownContainers(
  engine: Engine,
  owner: string,
  within: Deadline,
): Promise<readonly Container[] | { readonly failed: string }> {
  // Everybody who may use the engine can give our label to a container of another name.
  const filters = [`label=${OWNER_LABEL}=${owner}`, `name=^/?${CONTAINER_PREFIX}.*-${owner}$`].flatMap((filter) => ["--filter", filter]);
  const listed = await engine.call(["ps", "--all", "--quiet", "--no-trunc", ...filters], { within });
  if (!listed.ok) return { failed: listed.stderr };
  const ids = listed.stdout.split("\n").filter((id) => id !== "");
  if (ids.length > MOST_CONTAINERS || !ids.every((id) => CONTAINER_ID.test(id)))
    return { failed: `the answer to \`ps\` is not a list of at most ${MOST_CONTAINERS} container ids` };
  return ids.length === 0 ? [] : (await inspect(engine, ids, within)).filter((container) => container.owner === owner);
}

/** The containers in the output of `container inspect`. Throws `PROVIDER_OUTAGE` when it is not valid. */
export function parseContainers(json: string): readonly Container[] {
  const answer = parseShown(json, z.array(SHOWN_CONTAINER));
  if ("found" in answer) return answer.found.map(containerOf);
  throw new OffshootError("PROVIDER_OUTAGE", `The Docker engine did not describe its containers: the answer ${answer.wrong}.`, {
    meaning: "Databases of offshoot may be left in one of them. Nothing was removed because of this answer.",
    remedy: "Check that `docker container inspect` works and that the program `docker` is the one of Docker or Podman.",
  });
}

function containerOf(shown: ShownContainer): Container {
  const [binding] = shown.NetworkSettings?.Ports?.["5432/tcp"] ?? [];
  const variable = "POSTGRES_PASSWORD=";
  const labels = shown.Config.Labels ?? {};
  return {
    id: shown.Id,
    name: shown.Name,
    status: shown.State.Status,
    exitCode: shown.State.ExitCode ?? 0,
    createdAt: new Date(shown.Created),
    owner: ownerOf(shown.Name, labels),
    tag: tagFromRecord(labels),
    password: shown.Config.Env?.find((entry) => entry.startsWith(variable))?.slice(variable.length),
    port: binding === undefined ? undefined : { address: binding.HostIp ?? "", number: Number(binding.HostPort) },
  };
}

/** The owner of a container with a name for this owner, and with a valid tag of a run or no tag: a scratch database starts one without. */
function ownerOf(name: string, labels: Readonly<Record<string, string>>): string | undefined {
  const owner = labels[OWNER_LABEL];
  if (owner === undefined || !isNameOf(owner, name)) return undefined;
  const isTagged = Object.keys(labels).some((key) => key !== OWNER_LABEL && key.startsWith(LABEL_PREFIX));
  return isTagged && tagFromRecord(labels) === undefined ? undefined : owner;
}

/** The server in a running container. It was not connected to. */
export function serverIn({ name, status, password, port }: Container, reach: Reach): Server | undefined {
  if (status !== "running" || password === undefined || port === undefined) return undefined;
  const isAnywhere = ["", "0.0.0.0", "::"].includes(port.address);
  const host = isAnywhere || reach.bind === undefined ? reach.host : port.address;
  const url = formatUrl({ host, port: port.number, user: "postgres", password, database: "postgres" });
  // The image has no certificate. Whoever sets DOCKER_HOST or mounts the engine's socket trusts the network to the engine.
  return { url: isLoopback(host) ? url : `${url}?sslmode=disable`, id: name };
}
