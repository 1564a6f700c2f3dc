import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { type DockerOptions, dockerProvider } from "../../../../src/providers/docker/docker.ts";
import { targetOf } from "../../../../src/providers/docker/server-source.ts";
import type { Target } from "../../../../src/providers/docker/container.ts";
import { deadline } from "../../../../src/deadline.ts";
import { silent } from "../../../../src/events.ts";
import type { Provider } from "../../../../src/providers/provider.ts";
import { docker } from "../../../support/docker.ts";

/** An `OFFSHOOT_HOME` of its own, and so a user of the engine with containers of its own. */
export interface DockerHome {
  readonly env: Readonly<Record<string, string | undefined>>;
  provider(options?: Partial<DockerOptions>): Provider;
  target(): Promise<Target>;
  /** Ids of the containers, running or not. */
  containers(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export function makeDockerHome(image: string): DockerHome {
  const env = { ...process.env, OFFSHOOT_HOME: `/nowhere/${randomBytes(6).toString("hex")}` };
  const base = { env, image, idleMs: 600_000, baseTtlMs: 86_400_000 };
  const target = (): Promise<Target> => targetOf(base, { within: deadline("a test", 10_000), emit: silent });
  const containers = async (): Promise<readonly string[]> => {
    const { identity } = await target();
    const ids = await docker("ps", "--all", "--quiet", "--filter", `label=offshoot-owner=${identity.owner}`);
    return ids.split("\n").filter((id) => id !== "");
  };
  return {
    env,
    provider: (options = {}) => dockerProvider({ ...base, ...options }),
    target,
    containers,
    async remove() {
      for (const id of await containers()) await docker("rm", "--force", "--volumes", id);
    },
  };
}

/** A home for one test. Its containers are removed when the test ends. */
export function dockerHomeForTest(image: string): DockerHome {
  const home = makeDockerHome(image);
  onTestFinished(() => home.remove());
  return home;
}
