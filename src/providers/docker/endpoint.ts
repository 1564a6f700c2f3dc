import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Deadline } from "../../deadline.ts";
import { homeDirectory } from "../../process/home-directory.ts";
import type { Env } from "../../environment.ts";
import { readText } from "../../read-file.ts";
import type { Engine } from "./engine.ts";

/** How a published port of the engine is reached from here. */
export interface Reach {
  /** Address on the engine's machine that the port is bound to. Undefined: all addresses. */
  readonly bind: string | undefined;
  /** Host to connect to. */
  readonly host: string;
}

export const LOOPBACK: Reach = { bind: "127.0.0.1", host: "127.0.0.1" };

/**
 * How the engine's ports are reached from here. An engine of this machine: over loopback. A remote engine (`DOCKER_HOST` or a
 * context with `tcp://` or `ssh://`): over the host in that URL. From a container that uses the socket of its machine: over
 * the default gateway, which is that machine, and the port is bound to that address alone.
 */
export async function reachOf(engine: Engine, env: Env, within: Deadline): Promise<Reach> {
  const remote = remoteHost(await endpointOf(engine, env, within));
  if (remote !== undefined) return { bind: undefined, host: remote };
  return (await gatewayOfContainer()) ?? LOOPBACK;
}

/** The host of a remote engine. Undefined for an engine of this machine. */
export function remoteHost(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !/^(tcp|ssh|https?):\/\//.test(endpoint) || !URL.canParse(endpoint)) return undefined;
  const host = new URL(endpoint).hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "" || host === "localhost" || host === "::1" || host.startsWith("127.") ? undefined : host;
}

/** The variables have precedence over the context, as in the tool itself. The tool is called only when a context is chosen. */
async function endpointOf(engine: Engine, env: Env, within: Deadline): Promise<string | undefined> {
  const given = env["DOCKER_HOST"] || env["CONTAINER_HOST"];
  if (given) return given;
  const context = env["DOCKER_CONTEXT"] || (await chosenContext(env));
  if (context === undefined || context === "default") return undefined;
  const shown = await engine.call(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}", context], { within });
  return shown.ok ? shown.stdout.trim() : undefined;
}

async function chosenContext(env: Env): Promise<string | undefined> {
  const folder = env["DOCKER_CONFIG"] || join(env["HOME"] || homeDirectory(), ".docker");
  try {
    const config: unknown = JSON.parse(await readText(join(folder, "config.json")));
    const currentContext: unknown =
      typeof config === "object" && config !== null && "currentContext" in config ? config.currentContext : undefined;
    return typeof currentContext === "string" && currentContext !== "" ? currentContext : undefined;
  } catch {
    // Usually there is no such file. The tool itself reports a file that cannot be read.
    return undefined;
  }
}

/** Undefined outside of a container. Also undefined when the engine runs in the same container, which then has the engine's bridge. */
async function gatewayOfContainer(): Promise<Reach | undefined> {
  const isInside = ["/.dockerenv", "/run/.containerenv"].some((path) => existsSync(path));
  if (!isInside || ["docker0", "podman0", "cni-podman0"].some((bridge) => existsSync(`/sys/class/net/${bridge}`))) return undefined;
  const gateway = defaultGateway(await readText("/proc/net/route").catch(() => ""));
  return gateway === undefined ? undefined : { bind: gateway, host: gateway };
}

/** The default gateway in Linux' routing table. Its addresses are hexadecimal, with the last byte first. */
export function defaultGateway(table: string): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [, destination, gateway] = line.split("\t");
    if (destination !== "00000000" || gateway === undefined || gateway === "00000000") continue;
    return [6, 4, 2, 0].map((start) => Number.parseInt(gateway.slice(start, start + 2), 16)).join(".");
  }
  return undefined;
}
