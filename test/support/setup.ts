import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startServer, stopServer } from "./server.ts";
import { SHARED_SETTINGS, startedServers } from "./shared-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the server that all integration tests share. Each test file creates databases of its own. */
    readonly serverUrl: string;
    /** Where `sharedServer` records the servers of other majors. */
    readonly serversFolder: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "offshoot-test-servers-"));
  const server = await startServer(SHARED_SETTINGS);
  project.provide("serverUrl", server.url);
  project.provide("serversFolder", folder);
  return async () => {
    await Promise.all([server.stop(), ...(await startedServers(folder)).map(stopServer)]);
    await rm(folder, { recursive: true, force: true });
  };
}
