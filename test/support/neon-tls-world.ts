import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Neon } from "../../mocks/neon/neon.ts";
import { type Cluster, initialise, startCluster, stopCluster } from "../../mocks/neon/postgres/cluster.ts";
import { configureServer } from "../../mocks/neon/postgres/configure.ts";
import { namedFronts } from "../../mocks/neon/postgres/fronts.ts";
import { API_NAME, createMachine } from "../../mocks/neon/postgres/machine.ts";
import { serve, type Served } from "../../mocks/neon/serve.ts";
import type { Storage } from "../../mocks/neon/storage.ts";
import { trustMock } from "./mock-server.ts";

/** What mocks in this process use to speak TLS: one real Postgres server behind the names of all computes, and an API over https. */
export interface TlsWorld {
  readonly postgresMajor: number;
  readonly rootFile: string;
  /** All branches of all mocks are the same database, so that a branch costs nothing. */
  readonly storage: Storage;
  readonly serve: (neon: Neon) => Promise<Served>;
  end(): Promise<void>;
}

/** Any password is right: one server serves branches whose passwords differ. */
const LOGINS = "hostssl all all 127.0.0.1/32 trust\nhost all cloud_admin 127.0.0.1/32 trust\n";

const nothing = async (): Promise<void> => {};

export async function createTlsWorld(): Promise<TlsWorld> {
  const machine = await createMachine();
  await trustMock(machine.rootFile);
  const cluster: Cluster = { data: join(machine.home, "shared"), server: undefined };
  await initialise(machine, cluster.data);
  await writeFile(join(cluster.data, "pg_hba.conf"), LOGINS);
  const port = await startCluster(machine, cluster, {});
  const fronts = await namedFronts(machine);
  const configured = new Set<string>();
  const storage: Storage = {
    home: machine.home,
    rootFile: machine.rootFile,
    open: (endpoint, refusal) =>
      fronts.open(endpoint, {
        async wake() {
          const text = refusal?.();
          if (text !== undefined) throw new Error(text);
          return port;
        },
        runningPort: () => port,
        onClientData() {},
      }),
    close: (endpoint) => fronts.close(endpoint),
    async configure(branch) {
      const names = [...branch.roles.keys()].join();
      if (configured.has(names)) return;
      configured.add(names);
      await configureServer(machine, port, branch, { roles: new Set(), databases: new Set() });
    },
    inherit() {},
    copy: nothing,
    restore: nothing,
    start: nothing,
    suspend: nothing,
    kill: nothing,
    renameDatabase: nothing,
    schema: async () => "",
    drop: nothing,
    // The server is that of all mocks.
    end: nothing,
  };
  return {
    postgresMajor: machine.major,
    rootFile: machine.rootFile,
    storage,
    serve: (neon) => serve(neon, { tls: { name: API_NAME, ...machine.certificate } }),
    async end() {
      await fronts.end();
      await stopCluster(cluster, "SIGQUIT");
      await rm(machine.home, { recursive: true, force: true });
    },
  };
}
