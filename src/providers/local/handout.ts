import { directUrl, withDatabase } from "../../postgres/url.ts";
import type { Database } from "../provider.ts";
import { keepAsBase } from "./base.ts";
import { cloneDatabase } from "./clone.ts";
import type { Placed } from "./create.ts";
import type { ClusterHost, Server } from "./host.ts";
import { toDatabase } from "./names.ts";

/** What the caller gets for a database that answers. */
export function handOut(
  host: ClusterHost,
  server: Server,
  name: string,
  placed: Omit<Placed, "snapshot">,
  postgresMajor: number,
  dispose: () => Promise<unknown>,
): Database {
  const { origin, tag, base } = placed;
  const database = toDatabase(name);
  const url = directUrl(withDatabase(server.url, database));
  const { provider, quickCheckpoints } = host;
  return {
    kind: "database",
    provider,
    id: `${server.id}/${database}`,
    name,
    url,
    directUrl: url,
    origin,
    expiresAt: tag.expires === undefined ? undefined : new Date(tag.expires),
    postgresMajor,
    tag,
    base: base?.name,
    clone: (signal) => cloneDatabase(server.url, database, quickCheckpoints && postgresMajor >= 15, signal),
    keepAsBase: (fingerprint, stillTrue, signal) =>
      keepAsBase({ url: server.url, database, tag, fingerprint, stillTrue, quickCheckpoints, signal }),
    async [Symbol.asyncDispose]() {
      await dispose();
    },
  };
}
