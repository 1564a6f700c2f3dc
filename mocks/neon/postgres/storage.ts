import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { Branch, Endpoint } from "../state.ts";
import type { Storage } from "../storage.ts";
import { type Cluster, initialise, startCluster, stopCluster } from "./cluster.ts";
import { type Configured, configureServer, emptyTables, renameDatabase } from "./configure.ts";
import { copyCluster } from "./copy.ts";
import type { Backend } from "./front.ts";
import { namedFronts, portFronts } from "./fronts.ts";
import type { Certificate } from "./certificate.ts";
import { createMachine } from "./machine.ts";
import { createQueues } from "./queues.ts";
import { schemaText } from "./schema.ts";

/** A storage with real servers, and their major version. */
export interface PostgresStorage extends Storage {
  readonly postgresMajor: number;
  /** The certificate of the computes and of the API. */
  readonly certificate: Certificate;
}

/** How clients reach the computes of a mock. */
export interface StorageOptions {
  /** Names like Neon's and TLS. Default: a port of 127.0.0.1 for each compute, without TLS. */
  readonly tls?: boolean;
}

interface BranchFiles {
  readonly cluster: Cluster;
  readonly endpoints: Set<Endpoint>;
  readonly projectId: string;
  configured: Configured;
}

/** Gives every branch a data directory, and every compute a server that starts when a client connects. */
export async function createStorage(clock: Clock, { tls = false }: StorageOptions = {}): Promise<PostgresStorage> {
  const machine = await createMachine();
  const fronts = tls ? await namedFronts(machine) : portFronts();
  const { inTurn } = createQueues();
  const held = new Map<string, BranchFiles>();
  const inherited = new Map<string, { readonly branch: Branch; readonly source: Branch }>();
  const ending = new AbortController();

  const hold = (id: string, projectId: string): BranchFiles => {
    const known = held.get(id);
    if (known !== undefined) return known;
    const data = join(machine.home, id);
    const made: BranchFiles = {
      cluster: { data, server: undefined },
      endpoints: new Set(),
      projectId,
      configured: { roles: new Set(), databases: new Set() },
    };
    held.set(id, made);
    return made;
  };
  const filesOf = (branch: Branch): BranchFiles => hold(branch.id, branch.projectId);
  /** Must be called within the branch's turn. */
  const boot = (id: string, projectId: string): Promise<number> => {
    if (ending.signal.aborted) throw new Error("The mock has ended.");
    const { cluster, endpoints } = hold(id, projectId);
    const primary = [...endpoints].find((endpoint) => endpoint.type === "read_write");
    return startCluster(machine, cluster, {
      "neon.branch_id": id,
      "neon.project_id": projectId,
      ...(primary === undefined ? {} : { "neon.endpoint_id": primary.id }),
    });
  };
  const start = async ({ branchId, projectId }: Endpoint): Promise<number> => {
    await untilMade(branchId);
    return inTurn([branchId], () => boot(branchId, projectId));
  };
  const wake = async (endpoint: Endpoint): Promise<number> => {
    if (endpoint.disabled) throw new Error("endpoint is disabled");
    for (let tries = 0; endpoint.state === "init" && !ending.signal.aborted; tries++) {
      if (tries > 6_000) throw new Error("Couldn't connect to compute node");
      await pause(10);
    }
    const port = await start(endpoint);
    if (endpoint.state === "idle") Object.assign(endpoint, { state: "active", pendingState: undefined });
    endpoint.lastActiveAt = clock.now();
    return port;
  };
  /** Runs `work` with the branch's server. A server that was stopped before is stopped again afterwards. */
  const serving = async (branch: Branch, work: (port: number) => Promise<void>): Promise<void> => {
    const wasStopped = filesOf(branch).cluster.server === undefined;
    await work(await boot(branch.id, branch.projectId));
    if (wasStopped) await stopCluster(filesOf(branch).cluster);
  };
  const fill = async (branch: Branch, source: Branch, schemaOnly: boolean): Promise<void> => {
    const target = filesOf(branch);
    await copyCluster(machine, filesOf(source).cluster, target.cluster.data);
    target.configured = { roles: new Set(filesOf(source).configured.roles), databases: new Set(filesOf(source).configured.databases) };
    if (schemaOnly) await serving(branch, (port) => emptyTables(machine, port));
  };

  /** A branch gets its data when its operation runs, which is after the reply to the create; an inserted one when it is first needed. */
  const untilMade = async (id: string): Promise<void> => {
    const later = inherited.get(id);
    inherited.delete(id);
    if (later !== undefined) {
      await untilMade(later.source.id);
      return inTurn([id, later.source.id], () => fill(later.branch, later.source, false));
    }
    for (let tries = 0; !existsSync(join(machine.home, id)) && !ending.signal.aborted; tries++) {
      if (tries > 6_000) throw new Error(`The branch ${id} has no data.`);
      await pause(10);
    }
  };

  return {
    home: machine.home,
    postgresMajor: machine.major,
    certificate: machine.certificate,
    rootFile: tls ? machine.rootFile : undefined,
    async open(endpoint, refusal) {
      const backend: Backend = {
        async wake() {
          const text = refusal?.();
          if (text !== undefined) throw new Error(text);
          return wake(endpoint);
        },
        runningPort: () => held.get(endpoint.branchId)?.cluster.server?.port,
        onClientData() {
          endpoint.lastActiveAt = clock.now();
        },
      };
      hold(endpoint.branchId, endpoint.projectId).endpoints.add(endpoint);
      return fronts.open(endpoint, backend);
    },
    inherit: (branch, source) => void inherited.set(branch.id, { branch, source }),
    async copy(branch, source, how) {
      await untilMade(source.id);
      await inTurn([branch.id, source.id], () => fill(branch, source, how?.schemaOnly ?? false));
    },
    async restore(branch, source, keptAs) {
      await Promise.all([untilMade(branch.id), untilMade(source.id)]);
      await inTurn([branch.id, source.id], async () => {
        const { cluster } = filesOf(branch);
        await stopCluster(cluster);
        await (keptAs === undefined ? rm(cluster.data, { recursive: true }) : rename(cluster.data, filesOf(keptAs).cluster.data));
        await fill(branch, source, false);
      });
    },
    async start(endpoint) {
      await start(endpoint);
    },
    suspend: (endpoint) => inTurn([endpoint.branchId], () => stopCluster(hold(endpoint.branchId, endpoint.projectId).cluster)),
    kill: (endpoint) => stopCluster(hold(endpoint.branchId, endpoint.projectId).cluster, "SIGQUIT"),
    async configure(branch) {
      if (branch.parentId !== undefined) await untilMade(branch.id);
      await inTurn([branch.id], async () => {
        // Only the first branch of a project starts without data.
        if (!existsSync(filesOf(branch).cluster.data)) await initialise(machine, filesOf(branch).cluster.data);
        await serving(branch, async (port) => {
          filesOf(branch).configured = await configureServer(machine, port, branch, filesOf(branch).configured);
        });
      });
    },
    async renameDatabase(branch, from, to) {
      await untilMade(branch.id);
      await inTurn([branch.id], () =>
        serving(branch, async (port) => {
          await renameDatabase(machine, port, from, to);
          filesOf(branch).configured.databases.delete(from);
          filesOf(branch).configured.databases.add(to);
        }),
      );
    },
    async schema(branch, database) {
      let text = "";
      await untilMade(branch.id);
      await inTurn([branch.id], () =>
        serving(branch, async (port) => {
          text = await schemaText(machine, port, database);
        }),
      );
      return text;
    },
    async close(endpoint) {
      held.get(endpoint.branchId)?.endpoints.delete(endpoint);
      await fronts.close(endpoint);
    },
    drop: (branch) =>
      inTurn([branch.id], async () => {
        await stopCluster(filesOf(branch).cluster, "SIGQUIT");
        const { data } = filesOf(branch).cluster;
        for (const path of [data, `${data}.log`]) await rm(path, { recursive: true, force: true });
        held.delete(branch.id);
      }),
    async end() {
      ending.abort();
      await fronts.end();
      await Promise.all([...held.keys()].map((id) => inTurn([id], () => stopCluster(hold(id, "").cluster, "SIGQUIT"))));
      await rm(machine.home, { recursive: true, force: true });
    },
  };
}
