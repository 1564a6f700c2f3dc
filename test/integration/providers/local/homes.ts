import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { clusterAt, clusterMajors, type Cluster } from "../../../../src/providers/local/cluster/cluster.ts";
import { readPidFile, stop } from "../../../../src/providers/local/cluster/server-process.ts";
import { deadline } from "../../../../src/deadline.ts";
import { embeddedProvider } from "../../../../src/providers/local/embedded.ts";
import type { BaseLimits } from "../../../../src/providers/local/base-limits.ts";
import type { Provider } from "../../../../src/providers/provider.ts";

/** The checkout. Its npm packages contain the embedded Postgres. */
export const ROOT = join(import.meta.dirname, "../../../..");

/** Major version of the embedded Postgres in the dev dependencies. */
export const MAJOR = 18;

/** An `OFFSHOOT_HOME` of its own. */
export interface Home {
  readonly folder: string;
  readonly cluster: Cluster;
  provider(options?: {
    readonly idleMs?: number;
    readonly baseTtlMs?: number;
    readonly cwd?: string;
    readonly major?: number;
    readonly baseLimits?: BaseLimits;
  }): Provider;
  /** The process id in the pid file. Undefined when the server is stopped. */
  pid(): Promise<number | undefined>;
  /** Stops the servers and removes the folder. */
  remove(): Promise<void>;
}

export async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-test-home-"));
  await chmod(folder, 0o755);
  const cluster = clusterAt(folder, MAJOR);
  return {
    folder,
    cluster,
    provider: ({ idleMs = 600_000, baseTtlMs = 86_400_000, cwd = ROOT, major, baseLimits } = {}) =>
      embeddedProvider({ env: { ...process.env, OFFSHOOT_HOME: folder }, cwd, idleMs, baseTtlMs, major, baseLimits }),
    pid: async () => (await readPidFile(cluster.data))?.pid,
    async remove() {
      for (const major of await clusterMajors(folder)) {
        await stop(clusterAt(folder, major).data, { within: deadline("stopping the test's server", 30_000) });
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A home that is removed when the test ends. */
export async function homeForTest(): Promise<Home> {
  const home = await makeHome();
  onTestFinished(() => home.remove());
  return home;
}
