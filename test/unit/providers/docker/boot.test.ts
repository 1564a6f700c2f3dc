import { expect, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import { silent } from "../../../../src/events.ts";
import { boot } from "../../../../src/providers/docker/boot.ts";
import { identityOf, OWNER_LABEL } from "../../../../src/providers/docker/container.ts";
import type { Engine, Outcome } from "../../../../src/providers/docker/engine.ts";
import { LOOPBACK, type Reach } from "../../../../src/providers/docker/endpoint.ts";
import { imageOf } from "../../../../src/providers/docker/image.ts";

interface RecordedEngine extends Engine {
  readonly calls: string[][];
}

/** An engine that fails each `run` with the next of these outputs, and leaves a container that was not started. */
function failingEngine(...outputs: readonly string[]): RecordedEngine {
  const calls: string[][] = [];
  let made: object | undefined;
  let starts = 0;
  const answer = (args: readonly string[], secrets: Readonly<Record<string, string>> = {}): Outcome => {
    if (args[0] === "rm") made = undefined;
    if (args[0] !== "run") return { ok: true, stdout: JSON.stringify(made === undefined ? [] : [made]), stderr: "" };
    starts += 1;
    const Env = Object.entries(secrets).map(([name, value]) => `${name}=${value}`);
    made = {
      Id: `id-${starts}`,
      Name: `/${IDENTITY.name}`,
      Created: "2026-01-02T03:04:05Z",
      State: { Status: "created" },
      Config: { Env },
    };
    return { ok: false, stdout: "", stderr: outputs[starts - 1] ?? "Error: unexpected call of run" };
  };
  return {
    calls,
    tool: () => "podman",
    async call(args, options) {
      calls.push([...args]);
      return answer(args, options.secrets);
    },
  };
}

const PORT = "docker: Error response from daemon: Bind for 127.0.0.1:32768 failed: port is already allocated";

const IDENTITY = identityOf("test", "postgres:17", LOOPBACK);

function bootOn(engine: Engine, reach: Reach = LOOPBACK, isAbsent = true): Promise<unknown> {
  const within = deadline("a test", 10_000);
  const image = imageOf({ Env: ["PG_MAJOR=17"] });
  return boot({ engine, identity: IDENTITY, image, reach, within, emit: silent, tag: undefined, isAbsent, startIdleReaper: () => {} });
}

const removed = ({ calls }: RecordedEngine): unknown[] => calls.filter(([verb]) => verb === "rm").map((call) => call.at(-1));
const published = ({ calls }: RecordedEngine): unknown[] => calls.flatMap((call) => call.filter((arg) => arg.startsWith("--publish=")));

test("tries three times when the port is taken, then fails and leaves no container", async () => {
  const engine = failingEngine(PORT, PORT, PORT);
  await expect(bootOn(engine)).rejects.toMatchObject({ code: "POSTGRES_START_FAILED", facts: { failure: "port-taken" } });
  expect(removed(engine)).toEqual(["id-1", "id-2", "id-3"]);
});

test("reports a full disk and removes the container that did not start", async () => {
  const engine = failingEngine("docker: Error response from daemon: mkdir /var/lib/docker/overlay2/x: no space left on device");
  await expect(bootOn(engine)).rejects.toMatchObject({ code: "DISK_FULL", remedy: expect.stringContaining("`podman system prune`") });
  expect(removed(engine)).toEqual(["id-1"]);
});

test("binds to loopback when the gateway is not an address of the engine's machine", async () => {
  const engine = failingEngine("listen tcp4 172.30.0.1:32777: bind: cannot assign requested address", PORT, PORT, PORT);
  await expect(bootOn(engine, { bind: "172.30.0.1", host: "172.30.0.1" })).rejects.toMatchObject({ facts: { failure: "port-taken" } });
  expect(published(engine).slice(0, 2)).toEqual(["--publish=172.30.0.1::5432", "--publish=127.0.0.1::5432"]);
});

/** A container with the owner label, and a port on which no server listens. */
function shown(State: object): string {
  const [Config, Ports] = [
    { Labels: { [OWNER_LABEL]: IDENTITY.owner }, Env: ["POSTGRES_PASSWORD=secret"] },
    { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: "1" }] },
  ];
  return JSON.stringify([
    { Id: "id-0", Name: `/${IDENTITY.name}`, Created: "2026-01-02T03:04:05Z", State, Config, NetworkSettings: { Ports } },
  ]);
}

test.each([
  ["removed", undefined],
  ["killed", { Status: "exited", ExitCode: 137 }],
])("starts a new container when the first one is %s before its server answers", async (_, state) => {
  const none = failingEngine("docker: Error response from daemon: no space left on device");
  const looks = [shown({ Status: "running" }), ...(state === undefined ? ["[]"] : [shown(state), shown(state)])];
  const engine: RecordedEngine = {
    calls: none.calls,
    tool: none.tool,
    async call(args, options) {
      const look = args[0] === "container" ? looks.shift() : undefined;
      return look === undefined ? none.call(args, options) : { ok: true, stdout: look, stderr: "" };
    },
  };
  await expect(bootOn(engine, LOOPBACK, false)).rejects.toMatchObject({ code: "DISK_FULL" });
  expect(removed(engine)).toEqual(state === undefined ? ["id-1"] : ["id-0", "id-1"]);
});
