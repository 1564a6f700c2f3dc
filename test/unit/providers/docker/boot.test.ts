import { expect, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import { silent } from "../../../../src/events.ts";
import { boot } from "../../../../src/providers/docker/boot.ts";
import { identityOf, OWNER_LABEL } from "../../../../src/providers/docker/container.ts";
import type { Engine, Outcome } from "../../../../src/providers/docker/engine.ts";
import { LOOPBACK, type Reach } from "../../../../src/providers/docker/endpoint.ts";
import { imageOf } from "../../../../src/providers/docker/image.ts";

interface Spoken extends Engine {
  readonly calls: string[][];
}

/** An engine that answers `run` with these words, in turn. Each failed start leaves a container that isn't started. */
function refusing(...words: readonly string[]): Spoken {
  const calls: string[][] = [];
  let made: object | undefined;
  let starts = 0;
  const answer = (args: readonly string[], secrets: Readonly<Record<string, string>> = {}): Outcome => {
    if (args[0] === "rm") made = undefined;
    if (args[0] !== "run") return { ok: true, stdout: JSON.stringify(made === undefined ? [] : [made]), stderr: "" };
    starts += 1;
    const Env = Object.entries(secrets).map(([name, value]) => `${name}=${value}`);
    made = { Id: `id-${starts}`, Name: "/made", Created: "2026-01-02T03:04:05Z", State: { Status: "created" }, Config: { Env } };
    return { ok: false, stdout: "", stderr: words[starts - 1] ?? "Error: nothing more was expected" };
  };
  return {
    calls,
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
  return boot({ engine, identity: IDENTITY, image, reach, within, emit: silent, tag: undefined, isAbsent, keep: () => {} });
}

const removed = ({ calls }: Spoken): unknown[] => calls.filter(([verb]) => verb === "rm").map((call) => call.at(-1));
const published = ({ calls }: Spoken): unknown[] => calls.flatMap((call) => call.filter((arg) => arg.startsWith("--publish=")));

test("a port that was snatched is tried again, and after three times it is an error that leaves nothing", async () => {
  const engine = refusing(PORT, PORT, PORT);
  await expect(bootOn(engine)).rejects.toMatchObject({ code: "POSTGRES_START_FAILED", facts: { trouble: "port-taken" } });
  expect(removed(engine)).toEqual(["id-1", "id-2", "id-3"]);
});

test("a full disk is named, and the container that could not start is removed", async () => {
  const engine = refusing("docker: Error response from daemon: mkdir /var/lib/docker/overlay2/x: no space left on device");
  await expect(bootOn(engine)).rejects.toMatchObject({ code: "DISK_FULL" });
  expect(removed(engine)).toEqual(["id-1"]);
});

test("a gateway that isn't the engine's own address gives way to loopback", async () => {
  const engine = refusing("listen tcp4 172.30.0.1:32777: bind: cannot assign requested address", PORT, PORT, PORT);
  await expect(bootOn(engine, { bind: "172.30.0.1", host: "172.30.0.1" })).rejects.toMatchObject({ facts: { trouble: "port-taken" } });
  expect(published(engine).slice(0, 2)).toEqual(["--publish=172.30.0.1::5432", "--publish=127.0.0.1::5432"]);
});

/** A container of ours on a port where nobody listens. */
function shown(State: object): string {
  const [Config, Ports] = [
    { Labels: { [OWNER_LABEL]: IDENTITY.owner }, Env: ["POSTGRES_PASSWORD=secret"] },
    { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: "1" }] },
  ];
  return JSON.stringify([{ Id: "id-0", Name: "/made", Created: "2026-01-02T03:04:05Z", State, Config, NetworkSettings: { Ports } }]);
}

test.each([
  ["gone", undefined],
  ["killed", { Status: "exited", ExitCode: 137 }],
])("a container that is %s while its server is waited for is started anew", async (_, state) => {
  const none = refusing("docker: Error response from daemon: no space left on device");
  const looks = [shown({ Status: "running" }), ...(state === undefined ? ["[]"] : [shown(state), shown(state)])];
  const engine: Spoken = {
    calls: none.calls,
    async call(args, options) {
      const look = args[0] === "container" ? looks.shift() : undefined;
      return look === undefined ? none.call(args, options) : { ok: true, stdout: look, stderr: "" };
    },
  };
  await expect(bootOn(engine, LOOPBACK, false)).rejects.toMatchObject({ code: "DISK_FULL" });
  expect(removed(engine)).toEqual(state === undefined ? ["id-1"] : ["id-0", "id-1"]);
});
