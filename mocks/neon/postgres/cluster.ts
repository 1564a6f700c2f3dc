import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deadline } from "../../../src/deadline.ts";
import { makeDataDirectory } from "../../../src/providers/local/cluster/initdb.ts";
import { stop } from "../../../src/providers/local/cluster/server-process.ts";
import { start, type Started } from "../../../src/providers/local/cluster/start.ts";
import type { Machine } from "./machine.ts";

/** The data of one branch, and its server while it runs. */
export interface Cluster {
  readonly data: string;
  server: Started | undefined;
}

export const ADMIN = "cloud_admin";

const TIMEOUT_MS = 60_000;

/** Makes an empty cluster with the superuser of Neon. */
export async function initialise({ runtime, adminPassword }: Machine, data: string): Promise<void> {
  const flags = ["--wal-segsize=1"];
  const options = { data, superuser: ADMIN, password: adminPassword, locales: [["--locale=C"]], flags };
  await makeDataDirectory(runtime, options, deadline("making the data of a branch", TIMEOUT_MS));
}

/** Starts the server unless it runs. Returns its port when it accepts connections. */
export async function startCluster(machine: Machine, cluster: Cluster, settings: Readonly<Record<string, string>>): Promise<number> {
  if (cluster.server !== undefined) return cluster.server.port;
  const all: Readonly<Record<string, string | number>> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    shared_buffers: "16MB",
    ssl: "on",
    ssl_cert_file: join(machine.home, "server.crt"),
    ssl_key_file: join(machine.home, "server.key"),
    // A copy of a running cluster needs the whole log since its start, and a checkpoint must not remove a part of it.
    wal_keep_size: "128MB",
    ...(machine.major >= 18 ? { io_method: "sync" } : {}),
    ...settings,
  };
  const log = `${cluster.data}.log`;
  const within = deadline("starting the server of a branch", TIMEOUT_MS);
  const started = await start(machine.runtime, { data: cluster.data, log, settings: all }, within);
  if (started === "damaged") throw new Error(`A branch's server did not start: ${(await readFile(log, "utf8")).slice(-2000)}`);
  cluster.server = started;
  started.process.once("exit", () => {
    if (cluster.server === started) cluster.server = undefined;
  });
  return started.port;
}

/** Stops the server and waits for its end. `SIGQUIT` ends it as a crash does. */
export async function stopCluster(cluster: Cluster, signal: "SIGINT" | "SIGQUIT" = "SIGINT"): Promise<void> {
  await stop(cluster.data, { within: deadline("stopping the server of a branch", TIMEOUT_MS), signal });
  cluster.server = undefined;
}

export function adminUrl(machine: Machine, port: number, database = "postgres"): string {
  return `postgresql://${ADMIN}:${machine.adminPassword}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
