import type { TestProject } from "vitest/node";
import { startServer } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the server that all integration tests share; each makes databases of its own. */
    readonly serverUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer({ max_connections: 200 });
  project.provide("serverUrl", server.url);
  return () => server.stop();
}
