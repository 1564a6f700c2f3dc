import { readdir, readFile } from "node:fs/promises";
import { formatUrl } from "../../../postgres/url.ts";
import type { Server } from "../host.ts";
import { type Cluster, clusterAt, majorOfFolder } from "./cluster.ts";
import { isServer, readPidFile } from "./pidfile.ts";

/** The cluster's server if it is up, as its own files say. Whether it answers shows when it is asked. */
export async function runningServer(cluster: Cluster): Promise<Server | undefined> {
  const pidFile = await readPidFile(cluster.data);
  if (pidFile?.status !== "ready" || pidFile.port === undefined) return undefined;
  if (!(await isServer(pidFile.pid, cluster.data))) return undefined;
  return serverOf(cluster, pidFile.port);
}

/** Undefined without a password, which `boot` then repairs. */
export async function serverOf(cluster: Cluster, port: number): Promise<Server | undefined> {
  const password = await readPassword(cluster);
  if (password === undefined) return undefined;
  return {
    url: formatUrl({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" }),
    id: `postgres-${cluster.major}`,
  };
}

export async function readPassword(cluster: Cluster): Promise<string | undefined> {
  try {
    const password = (await readFile(cluster.password, "utf8")).trim();
    return password === "" ? undefined : password;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

/** Majors that have a cluster below `home`, newest first. */
export async function clusterMajors(home: string): Promise<readonly number[]> {
  const names = await readdir(home).catch(() => []);
  return names.flatMap((name) => majorOfFolder(name) ?? []).toSorted((a, b) => b - a);
}

/** Every server of ours that runs below `home`, but for one major's. */
export async function runningBeside(home: string, major: number | undefined): Promise<readonly Server[]> {
  const others = (await clusterMajors(home)).filter((candidate) => candidate !== major);
  const servers = await Promise.all(others.map((candidate) => runningServer(clusterAt(home, candidate))));
  return servers.filter((server) => server !== undefined);
}
