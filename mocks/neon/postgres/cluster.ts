import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitUntilReady } from "../../../src/postgres/ready.ts";
import { deadline } from "../../../src/deadline.ts";
import type { Machine } from "./machine.ts";

const run = promisify(execFile);

/** The data of one branch, and the server over it while it runs. */
export interface Cluster {
  readonly data: string;
  server: { readonly child: ChildProcess; readonly port: number } | undefined;
}

export const ADMIN = "cloud_admin";

/** Makes an empty cluster with Neon's superuser. */
export async function initialise(machine: Machine, data: string): Promise<void> {
  const passwordFile = join(machine.home, "admin-password");
  await writeFile(passwordFile, `${machine.adminPassword}\n`, { mode: 0o644 });
  const flags = [
    "-U",
    ADMIN,
    "-E",
    "UTF8",
    "--locale=C",
    "-A",
    "scram-sha-256",
    "--no-sync",
    "--wal-segsize=1",
    `--pwfile=${passwordFile}`,
  ];
  await run(machine.binaries.initdb, ["-D", data, ...flags], {
    ...machine.account,
    cwd: machine.home,
    env: { ...process.env, LC_ALL: "C" },
  });
  await rm(passwordFile);
}

/** Starts the server unless it runs; returns its port when it answers. */
export async function startCluster(machine: Machine, cluster: Cluster, settings: Readonly<Record<string, string>>): Promise<number> {
  if (cluster.server !== undefined) return cluster.server.port;
  const port = await freePort();
  const all: Readonly<Record<string, string | number>> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    shared_buffers: "16MB",
    ssl: "on",
    ssl_cert_file: join(machine.home, "server.crt"),
    ssl_key_file: join(machine.home, "server.key"),
    // A copy of a running cluster needs the log since its beginning, whatever checkpoints come meanwhile.
    wal_keep_size: "128MB",
    ...(machine.binaries.major >= 18 ? { io_method: "sync" } : {}),
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const log: string[] = [];
  const child = spawn(machine.binaries.postgres, ["-D", cluster.data, ...flags], {
    ...machine.account,
    cwd: machine.home,
    env: { ...process.env, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.on("data", (chunk: Buffer) => {
    log.push(chunk.toString());
    if (log.length > 50) log.shift();
  });
  cluster.server = { child, port };
  const exit = new AbortController();
  child.once("exit", () => {
    if (cluster.server?.child === child) cluster.server = undefined;
    exit.abort();
  });
  await waitUntilReady(adminUrl(machine, port), deadline("the server of a branch", 60_000, exit.signal)).catch((thrown: unknown) => {
    child.kill("SIGQUIT");
    throw new Error(`A branch's server did not start: ${log.join("").slice(-2000)}`, { cause: thrown });
  });
  return port;
}

/** Ends the server and waits for it: `SIGINT` in order, `SIGQUIT` as a crash. */
export async function stopCluster(cluster: Cluster, signal: "SIGINT" | "SIGQUIT" = "SIGINT"): Promise<void> {
  const child = cluster.server?.child;
  if (child === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, "exit");
  }
  cluster.server = undefined;
}

export function adminUrl(machine: Machine, port: number, database = "postgres"): string {
  return `postgresql://${ADMIN}:${machine.adminPassword}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The machine gave no port.");
  return address.port;
}
