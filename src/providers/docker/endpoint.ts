import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Deadline } from "../../deadline.ts";
import type { Env } from "../../environment.ts";
import type { Engine } from "./engine.ts";

/** Where a port that the engine publishes is reached. */
export interface Reach {
  /** Address on the engine's machine that the port is bound to; undefined for all of them. */
  readonly bind: string | undefined;
  /** Host name for us. */
  readonly host: string;
}

export const LOOPBACK: Reach = { bind: "127.0.0.1", host: "127.0.0.1" };

/**
 * From where we stand to the engine's ports. On this machine: loopback. A remote engine (`DOCKER_HOST` or a context of
 * `tcp://` or `ssh://`) publishes on its own machine, whose name we then use. In a container that was handed the
 * machine's socket the machine is the default gateway, and the port is bound to that address alone.
 */
export async function reachOf(engine: Engine, env: Env, within: Deadline): Promise<Reach> {
  const remote = remoteHost(await endpointOf(engine, env, within));
  if (remote !== undefined) return { bind: undefined, host: remote };
  return (await gatewayOfContainer()) ?? LOOPBACK;
}

/** Host of a remote engine; undefined for one on this machine. */
export function remoteHost(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !/^(tcp|ssh|https?):\/\//.test(endpoint) || !URL.canParse(endpoint)) return undefined;
  const host = new URL(endpoint).hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "" || host === "localhost" || host === "::1" || host.startsWith("127.") ? undefined : host;
}

/** The variables win over the context, as they do for the tool. A context is asked for only where one is chosen. */
async function endpointOf(engine: Engine, env: Env, within: Deadline): Promise<string | undefined> {
  const given = env["DOCKER_HOST"] || env["CONTAINER_HOST"];
  if (given) return given;
  const context = env["DOCKER_CONTEXT"] || (await chosenContext(env));
  if (context === undefined || context === "default") return undefined;
  const shown = await engine.call(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}", context], { within });
  return shown.ok ? shown.stdout.trim() : undefined;
}

async function chosenContext(env: Env): Promise<string | undefined> {
  const folder = env["DOCKER_CONFIG"] || join(env["HOME"] || homedir(), ".docker");
  try {
    const { currentContext } = JSON.parse(await readFile(join(folder, "config.json"), "utf8")) as { currentContext?: unknown };
    return typeof currentContext === "string" && currentContext !== "" ? currentContext : undefined;
  } catch {
    // No such file is the usual state; one that can't be read the tool complains about itself.
    return undefined;
  }
}

/** Undefined outside of containers, and where the engine runs beside us: then its bridge is here too. */
async function gatewayOfContainer(): Promise<Reach | undefined> {
  const isInside = ["/.dockerenv", "/run/.containerenv"].some((path) => existsSync(path));
  if (!isInside || ["docker0", "podman0", "cni-podman0"].some((bridge) => existsSync(`/sys/class/net/${bridge}`))) return undefined;
  const gateway = defaultGateway(await readFile("/proc/net/route", "utf8").catch(() => ""));
  return gateway === undefined ? undefined : { bind: gateway, host: gateway };
}

/** The default gateway of a Linux routing table, whose addresses are in hexadecimal, last byte first. */
export function defaultGateway(table: string): string | undefined {
  for (const line of table.split("\n").slice(1)) {
    const [, destination, gateway] = line.split("\t");
    if (destination !== "00000000" || gateway === undefined || gateway === "00000000") continue;
    return [6, 4, 2, 0].map((start) => Number.parseInt(gateway.slice(start, start + 2), 16)).join(".");
  }
  return undefined;
}
