import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "../../../errors.ts";
import { namesIn } from "../../../file-facts.ts";
import { isUnfitFile, MIB, readText } from "../../../read-file.ts";
import { formatUrl } from "../../../postgres/url.ts";
import type { Server, StoredDatabase } from "../server.ts";
import { isServer, readPidFile } from "./server-process.ts";

/** The files of one server, of one major version. Its state is read from these files and stored nowhere else. */
export interface Cluster {
  readonly major: number;
  /** Folder of all files below. */
  readonly folder: string;
  /** Data directory. It exists only when it is complete. */
  readonly data: string;
  /** Password of the superuser, mode 0600. */
  readonly password: string;
  readonly log: string;
  /** Held by the process that starts the server. */
  readonly lock: string;
  /** The databases of a stopped server. */
  readonly stored: string;
}

const FOLDER = /^postgres-(\d+)$/;

export function clusterAt(stateFolder: string, major: number): Cluster {
  const folder = join(stateFolder, `postgres-${major}`);
  return {
    major,
    folder,
    data: join(folder, "data"),
    password: join(folder, "password"),
    log: join(folder, "log"),
    lock: join(folder, "boot.lock"),
    stored: join(folder, "databases.json"),
  };
}

/** The major version in the name of a cluster's folder. */
export function majorOfFolder(name: string): number | undefined {
  const [, major] = FOLDER.exec(name) ?? [];
  return major === undefined ? undefined : Number(major);
}

/** The major versions that have a cluster in the state folder, newest first. */
export async function clusterMajors(stateFolder: string): Promise<readonly number[]> {
  const names = await namesIn(stateFolder).catch(() => []);
  return names.flatMap((name) => majorOfFolder(name) ?? []).toSorted((a, b) => b - a);
}

/** The cluster's server, if its files show that it runs. This does not connect to it. */
export async function runningServer(cluster: Cluster): Promise<Server | undefined> {
  const pidFile = await readPidFile(cluster.data);
  if (pidFile?.status !== "ready" || pidFile.port === undefined) return undefined;
  if (!(await isServer(pidFile.pid, cluster.data))) return undefined;
  return serverOnPort(cluster, pidFile.port);
}

/** All running servers in the state folder except the one of `major`. */
export async function otherRunningServers(stateFolder: string, major: number | undefined): Promise<readonly Server[]> {
  const others = (await clusterMajors(stateFolder)).filter((candidate) => candidate !== major);
  const servers = await Promise.all(others.map((candidate) => runningServer(clusterAt(stateFolder, candidate))));
  return servers.filter((server) => server !== undefined);
}

/** Undefined when the password file is missing. `boot` repairs that. */
export async function serverOnPort(cluster: Cluster, port: number): Promise<Server | undefined> {
  const password = await readPassword(cluster);
  if (password === undefined) return undefined;
  return {
    url: formatUrl({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" }),
    id: `postgres-${cluster.major}`,
  };
}

export async function readPassword(cluster: Cluster): Promise<string | undefined> {
  const password = (await readIfPresent(cluster.password))?.trim();
  return password === "" ? undefined : password;
}

/**
 * The databases of a stopped server, from the list that was written when it was stopped. Undefined while it runs, and when
 * it never ran. `unknown` when somebody else stopped it, such as a restart of the machine: then nothing was written.
 */
export async function storedDatabases(cluster: Cluster): Promise<readonly StoredDatabase[] | "unknown" | undefined> {
  if ((await runningServer(cluster)) !== undefined) return undefined;
  if ((await readPidFile(cluster.data)) !== undefined) return "unknown";
  const text = await readIfPresent(cluster.stored);
  if (text !== undefined) return storedIn(text);
  return (await readIfPresent(join(cluster.data, "PG_VERSION"))) === undefined ? undefined : "unknown";
}

/** A damaged list says nothing about the databases. */
function storedIn(text: string): readonly StoredDatabase[] | "unknown" {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every(isStored) ? list : "unknown";
  } catch {
    return "unknown";
  }
}

function isStored(value: unknown): value is StoredDatabase {
  if (typeof value !== "object" || value === null || !("name" in value) || !("comment" in value)) return false;
  return typeof value.name === "string" && (value.comment === null || typeof value.comment === "string");
}

/** Writes down the databases of a server that is about to be stopped. */
export async function writeStoredDatabases({ stored }: Cluster, databases: readonly StoredDatabase[]): Promise<void> {
  await writeFile(`${stored}.new`, JSON.stringify(databases), { mode: 0o600 });
  await rename(`${stored}.new`, stored);
}

/** Undefined also for something that is not a file of ours, such as a folder: it is replaced like a missing one. */
async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readText(path, 16 * MIB);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT" || isUnfitFile(thrown)) return undefined;
    throw thrown;
  }
}
