import { expect, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import { defaultGateway, LOOPBACK, reachOf, remoteHost } from "../../../../src/providers/docker/endpoint.ts";
import type { Engine } from "../../../../src/providers/docker/engine.ts";

test.each([
  [undefined, undefined],
  ["unix:///var/run/docker.sock", undefined],
  ["npipe:////./pipe/docker_engine", undefined],
  ["tcp://localhost:2375", undefined],
  ["tcp://127.0.0.1:2375", undefined],
  ["tcp://[::1]:2375", undefined],
  ["tcp://docker:2375", "docker"],
  ["tcp://10.1.2.3:2376", "10.1.2.3"],
  ["tcp://[fd00::5]:2376", "fd00::5"],
  ["ssh://user@build.example:22", "build.example"],
  ["ssh://core@localhost:50000/run/podman.sock", undefined],
  ["no endpoint", undefined],
])("the ports of the engine at %s are reached at the host %s, or on this machine", (endpoint, host) => {
  expect(remoteHost(endpoint)).toBe(host);
});

/** An engine with a context that has this endpoint. */
function withContext(endpoint: string): Engine {
  return {
    tool: () => "docker",
    call: async (args) => ({ ok: args[0] === "context" && args.at(-1) === "far", stdout: `${endpoint}\n`, stderr: "" }),
  };
}

const within = deadline("a test", 10_000);

test("a remote engine publishes on all addresses and is reached at its host", async () => {
  const remote = { bind: undefined, host: "build.example" };
  expect(await reachOf(withContext(""), { DOCKER_HOST: "tcp://build.example:2376" }, within)).toEqual(remote);
  expect(await reachOf(withContext("ssh://me@build.example"), { DOCKER_CONTEXT: "far" }, within)).toEqual(remote);
});

test("DOCKER_HOST has precedence over a context, and an engine of this machine is reached over loopback", async () => {
  const env = { DOCKER_HOST: "tcp://127.0.0.1:2375", DOCKER_CONTEXT: "far" };
  const reach = await reachOf(withContext("ssh://me@build.example"), env, within);
  expect(reach.host).not.toBe("build.example");
  expect(LOOPBACK).toEqual({ bind: "127.0.0.1", host: "127.0.0.1" });
});

test("the default gateway is read from the routing table", () => {
  const table = ["Iface\tDestination\tGateway\tFlags", "eth0\t000011AC\t00000000\t0001", "eth0\t00000000\t010011AC\t0003", ""].join("\n");
  expect(defaultGateway(table)).toBe("172.17.0.1");
  expect(defaultGateway("Iface\tDestination\tGateway\n")).toBeUndefined();
});
