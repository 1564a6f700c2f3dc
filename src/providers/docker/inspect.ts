import type { Deadline } from "../../deadline.ts";
import { isLoopback } from "../../loopback.ts";
import { formatUrl } from "../../postgres/url.ts";
import { type OwnerTag, tagFromRecord } from "../../identity/owner-tag.ts";
import type { Server } from "../local/server.ts";
import type { Refusal } from "../provider.ts";
import { OWNER_LABEL } from "./container.ts";
import type { Reach } from "./endpoint.ts";
import { type Engine, FIRST_ANSWER_MS } from "./engine.ts";
import { type Image, type ImageConfig, imageOf } from "./image.ts";
import { engineRefusal } from "./failure.ts";

/** A container, from the engine's description of it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** `created`, `running`, `exited` and so on. */
  readonly status: string;
  /** Exit status of its main process: 128 plus the number of a signal that ended it. 0 while it runs. */
  readonly exitCode: number;
  readonly createdAt: Date;
  readonly owner: string | undefined;
  /** Tag of the run that started it. */
  readonly tag: OwnerTag | undefined;
  /** Read from the engine and stored nowhere else. Whoever can use the engine has full access to the container anyway. */
  readonly password: string | undefined;
  readonly port: { readonly address: string; readonly number: number } | undefined;
}

/** Containers by name or id. Leaves out those that do not exist. Empty when the engine cannot be used. */
export async function inspect(engine: Engine, names: readonly string[], within: Deadline): Promise<readonly Container[]> {
  const shown = await engine.call(["container", "inspect", ...names], { within });
  // With several names the tool prints those that exist, and an error about the others.
  return shown.stdout.trim().startsWith("[") ? parseContainers(shown.stdout) : [];
}

/** The container and the image in one call, because each call makes the start slower. */
export async function inspectBoth(
  engine: Engine,
  name: string,
  image: string,
  within: Deadline,
): Promise<{ readonly container: Container | undefined; readonly image: Image | "missing" | Refusal }> {
  const shown = await engine.call(["inspect", name, image], { within, answerMs: FIRST_ANSWER_MS });
  const objects = shown.stdout.trim().startsWith("[")
    ? (JSON.parse(shown.stdout) as readonly (Shown | { readonly Config: ImageConfig })[])
    : [];
  const found = objects.find((object) => "State" in object);
  const shownImage = objects.find((object) => !("State" in object));
  return {
    container: found && containerOf(found),
    image: shownImage === undefined ? (engineRefusal(shown.stderr) ?? "missing") : imageOf(shownImage.Config),
  };
}

/** Every container of this owner, running or not, or the tool's output when the engine cannot be used. */
export async function ownContainers(
  engine: Engine,
  owner: string,
  within: Deadline,
): Promise<readonly Container[] | { readonly failed: string }> {
  const listed = await engine.call(["ps", "--all", "--quiet", "--no-trunc", "--filter", `label=${OWNER_LABEL}=${owner}`], { within });
  if (!listed.ok) return { failed: listed.stderr };
  const ids = listed.stdout.split("\n").filter((id) => id !== "");
  return ids.length === 0 ? [] : inspect(engine, ids, within);
}

interface Shown {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly State: { readonly Status: string; readonly ExitCode?: number };
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null; readonly Env?: readonly string[] | null };
  readonly NetworkSettings?: {
    readonly Ports?: Readonly<Record<string, readonly { readonly HostIp?: string; readonly HostPort: string }[] | null>> | null;
  };
}

export function parseContainers(json: string): readonly Container[] {
  return (JSON.parse(json) as readonly Shown[]).map(containerOf);
}

function containerOf(shown: Shown): Container {
  const [binding] = shown.NetworkSettings?.Ports?.["5432/tcp"] ?? [];
  const variable = "POSTGRES_PASSWORD=";
  return {
    id: shown.Id,
    name: shown.Name.replace(/^\//, ""),
    status: shown.State.Status,
    exitCode: shown.State.ExitCode ?? 0,
    createdAt: new Date(shown.Created),
    owner: shown.Config.Labels?.[OWNER_LABEL],
    tag: tagFromRecord(shown.Config.Labels ?? {}),
    password: shown.Config.Env?.find((entry) => entry.startsWith(variable))?.slice(variable.length),
    port: binding === undefined ? undefined : { address: binding.HostIp ?? "", number: Number(binding.HostPort) },
  };
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
