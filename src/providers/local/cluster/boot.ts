import { randomBytes } from "node:crypto";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { deadline } from "../../../deadline.ts";
import { isOffshootError, OffshootError } from "../../../errors.ts";
import { lstat, stat } from "../../../file-facts.ts";
import { readText } from "../../../read-file.ts";
import { waitUntilReady } from "../../../postgres/ready.ts";
import { SQLSTATE } from "../../../postgres/sqlstate.ts";
import type { Bounds, Server } from "../server.ts";
import { type Cluster, readPassword, runningServer, serverOnPort } from "./cluster.ts";
import { makeDataDirectory } from "./initdb.ts";
import { withLockFile } from "./lockfile.ts";
import type { Runtime } from "./runtime.ts";
import { isServer, pidFilePath, readPidFile, stop, untilEnded } from "./server-process.ts";
import { checksumFlags, localeFlags, serverSettings } from "./settings.ts";
import { start } from "./start.ts";
import { makeFolder } from "./state-folder.ts";

export interface BootOptions extends Bounds {
  readonly runtime: () => Promise<Runtime>;
  readonly startIdleReaper: () => void;
}

/** A running server that does not answer for this long, in milliseconds, counts as broken. */
const ANSWER_MS = 10_000;

/** Prefix of unfinished data directories and of their password files. */
const PARTIAL = "new-";

/** Finds the cluster's server or starts it. When many processes call it at once, one does the work and all get the same server. */
export function boot(cluster: Cluster, options: BootOptions): Promise<Server> {
  const usableServer = async (): Promise<Server | undefined> => {
    const server = await runningServer(cluster);
    return server !== undefined && (await tryToConnect(server, options)) === "connected" ? server : undefined;
  };
  const findOrStart = async (): Promise<Server> => (await settleServer(cluster, options)) ?? startServer(cluster, options);
  return withLockFile(cluster.lock, options.within, { alternative: usableServer, work: findOrStart });
}

/** Waits while the server starts or recovers from a crash. */
async function tryToConnect(server: Server, { within }: Bounds): Promise<"connected" | "password rejected" | "no answer"> {
  const budget = deadline("connecting to the local Postgres", Math.min(ANSWER_MS, within.leftMs()), within.signal);
  try {
    await waitUntilReady(server.url, budget);
    return "connected";
  } catch (thrown) {
    within.check();
    return isOffshootError(thrown) && thrown.facts["sqlstate"] === SQLSTATE.invalidPassword ? "password rejected" : "no answer";
  }
}

/** Waits for the end of a start or a stop. Returns the server if it runs and answers; otherwise no server runs afterwards. */
async function settleServer(cluster: Cluster, options: BootOptions): Promise<Server | undefined> {
  const { data } = cluster;
  const { within, runtime } = options;
  for (;;) {
    const pidFile = await readPidFile(data);
    if (pidFile === undefined) return undefined;
    if (!(await isServer(pidFile.pid, data))) return undefined;
    if (pidFile.status === "stopping") await untilEnded(data, pidFile.pid, within);
    else if (pidFile.status === "ready") {
      const server = pidFile.port === undefined ? undefined : await serverOnPort(cluster, pidFile.port);
      const answer = server === undefined ? "password rejected" : await tryToConnect(server, options);
      if (server !== undefined && answer === "connected") return server;
      // No process can use this server, so it is replaced.
      if (answer === "password rejected") await rm(cluster.password, { recursive: true, force: true });
      await stop(data, { within, findBin: async () => (await runtime()).bin });
    } else await within.pause(20);
  }
}

async function startServer(cluster: Cluster, options: BootOptions): Promise<Server> {
  const { within, emit } = options;
  const runtime = await options.runtime();
  await makeFolder(cluster.folder, runtime.account);
  await removePartials(cluster);
  // A folder, a pipe or a link in the place of the log would fail the start, block it or write elsewhere.
  const oldLog = await lstat(cluster.log).catch(() => undefined);
  if (oldLog?.isFile() === false) await rm(cluster.log, { recursive: true, force: true });
  const damage = await findDamage(cluster);
  if (damage !== undefined) await setAside(cluster, damage, options);
  for (let isFresh = await ensureData(cluster, runtime, options); ; isFresh = await ensureData(cluster, runtime, options)) {
    options.startIdleReaper();
    emit({ kind: "status", text: `starting Postgres ${cluster.major}` });
    await replaceStalePid(cluster);
    const { data, log, major } = cluster;
    if ((await start(runtime, { data, log, settings: serverSettings(major), detached: true }, within)) !== "damaged") break;
    if (isFresh) throw unusable(cluster);
    await setAside(cluster, "the server could not be started with it", options);
  }
  await rm(cluster.stored, { recursive: true, force: true });
  const server = await runningServer(cluster);
  if (server === undefined) throw unusable(cluster);
  emit({ kind: "detail", text: `Started the local Postgres ${cluster.major}.` });
  return server;
}

/** Makes a data directory with a new password unless there is one. Returns true when it made one. */
async function ensureData(cluster: Cluster, runtime: Runtime, { within }: Bounds): Promise<boolean> {
  if (await exists(cluster.data)) return false;
  // The directory gets its name when it is complete, so that a killed process never leaves half of one under that name.
  const partial = join(cluster.folder, `${PARTIAL}${randomBytes(6).toString("hex")}`);
  const password = randomBytes(24).toString("base64url");
  const [locales, flags] = [localeFlags(cluster.major), checksumFlags(cluster.major)];
  await makeDataDirectory(runtime, { data: partial, superuser: "postgres", password, locales, flags }, within);
  try {
    await rm(cluster.password, { recursive: true, force: true });
    await writeFile(cluster.password, password, { mode: 0o600 });
    await rename(partial, cluster.data);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return true;
}

/** Removes what killed processes left. If the `initdb` of one still writes files, the next boot removes the rest. */
async function removePartials({ folder }: Cluster): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(PARTIAL));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(ignoreNotEmpty)));
}

function ignoreNotEmpty(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== "ENOTEMPTY") throw thrown;
}

/**
 * Postgres refuses to start when the process id in a stale pid file now belongs to another process. It accepts the id of its
 * own parent as stale, so that one is written. The file must stay: with it Postgres finds out whether sessions of the
 * crashed server still run (PostgreSQL source, `CreateLockFile`).
 */
async function replaceStalePid({ data }: Cluster): Promise<void> {
  const path = pidFilePath(data);
  const text = await readText(path).catch(() => undefined);
  if (text !== undefined) await writeFile(path, text.replace(/^\d+/, String(process.pid)));
}

/** Why the data directory cannot be used. Undefined when it can be used, and when there is none. */
async function findDamage(cluster: Cluster): Promise<string | undefined> {
  if (!(await exists(cluster.data))) return undefined;
  if ((await readPassword(cluster)) === undefined) return "its password file is missing";
  const version = await readText(join(cluster.data, "PG_VERSION")).catch(() => "");
  if (version.trim() !== String(cluster.major)) return "it is incomplete or belongs to another version";
  const pidFile = await stat(pidFilePath(cluster.data)).catch(() => undefined);
  // Without flushes to disk a crash of the machine can lose any write. A crash of the server alone cannot.
  const isFromEarlierBoot = pidFile !== undefined && pidFile.mtimeMs < Date.now() - uptime() * 1000 - 5000;
  return isFromEarlierBoot ? "the machine stopped while the server was running" : undefined;
}

async function setAside(cluster: Cluster, reason: string, { emit }: Bounds): Promise<void> {
  const aside = `${cluster.data}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(cluster.data, aside);
  const text = `The data directory of the local Postgres ${cluster.major} cannot be used: ${reason}. It was set aside as ${aside}, and a new one is made.`;
  emit({ kind: "warning", text });
}

function unusable({ major, log }: Cluster): OffshootError {
  return new OffshootError("POSTGRES_START_FAILED", `The local Postgres ${major} did not start, even with a new data directory.`, {
    remedy: `Read its log ${log} and fix the cause.`,
    facts: { log },
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
