import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";
import { isOffshootError, OffshootError } from "../../../errors.ts";
import { waitUntilReady } from "../../../postgres/ready.ts";
import { SQLSTATE } from "../../../postgres/sqlstate.ts";
import { deadline } from "../../../deadline.ts";
import type { Bounds, Server } from "../host.ts";
import type { Cluster } from "./cluster.ts";
import { makeFolder } from "./home.ts";
import { initialise, removePartials } from "./initialise.ts";
import { withLockFile } from "./lockfile.ts";
import { isServer, pidFilePath, readPidFile } from "./pidfile.ts";
import { readPassword, runningServer, serverOf } from "./running.ts";
import type { Runtime } from "./runtime.ts";
import { start } from "./start.ts";
import { stop, untilGone } from "./stop.ts";

export interface BootOptions extends Bounds {
  readonly runtime: () => Promise<Runtime>;
  /** Starts the process that watches over the server. */
  readonly keep: () => void;
}

/** How long a server that runs may take to answer before it is taken for broken. */
const ANSWER_MS = 10_000;

/** Finds the cluster's server or starts it. Of any number of processes at once one does the work. */
export function boot(cluster: Cluster, options: BootOptions): Promise<Server> {
  const answering = async (): Promise<Server | undefined> => {
    const server = await runningServer(cluster);
    return server !== undefined && (await ask(server, options)) === "answers" ? server : undefined;
  };
  return withLockFile(
    cluster.lock,
    options.within,
    answering,
    async () => (await settled(cluster, options)) ?? startAnew(cluster, options),
  );
}

/** Whether the server answers us; waits while it starts or recovers from a crash. */
async function ask(server: Server, { within }: Bounds): Promise<"answers" | "rejects" | "silent"> {
  const budget = deadline("the local Postgres", Math.min(ANSWER_MS, within.leftMs()), within.signal);
  try {
    await waitUntilReady(server.url, budget);
    return "answers";
  } catch (thrown) {
    within.check();
    return isOffshootError(thrown) && thrown.facts["sqlstate"] === SQLSTATE.invalidPassword ? "rejects" : "silent";
  }
}

/** Waits out a start or a stop that is under way. Returns the server that then runs, or leaves none running. */
async function settled(cluster: Cluster, options: BootOptions): Promise<Server | undefined> {
  const { within } = options;
  for (;;) {
    const pidFile = await readPidFile(cluster.data);
    if (pidFile === undefined) return undefined;
    if (!(await isServer(pidFile.pid, cluster.data))) return undefined;
    if (pidFile.status === "stopping") await untilGone(cluster, pidFile.pid, within);
    else if (pidFile.status === "ready") {
      const server = pidFile.port === undefined ? undefined : await serverOf(cluster, pidFile.port);
      const answer = server === undefined ? "rejects" : await ask(server, options);
      if (server !== undefined && answer === "answers") return server;
      // It runs, but not with our password, or not at all well: nobody can use it, so nobody does.
      if (answer === "rejects") await rm(cluster.password, { force: true });
      await stop(cluster, async () => (await options.runtime()).bin, within);
    } else await within.pause(20);
  }
}

async function startAnew(cluster: Cluster, options: BootOptions): Promise<Server> {
  const { within, emit } = options;
  const runtime = await options.runtime();
  await makeFolder(cluster.folder, runtime.account);
  await removePartials(cluster);
  const damage = await damageOf(cluster);
  if (damage !== undefined) await setAside(cluster, damage, options);
  for (let isFresh = await makeData(cluster, runtime, options); ; isFresh = await makeData(cluster, runtime, options)) {
    options.keep();
    await disownPidFile(cluster);
    if ((await start(cluster, runtime, within)) === "ready") break;
    if (isFresh) throw unusable(cluster);
    await setAside(cluster, "it can't be started", options);
  }
  await rm(cluster.asleep, { force: true });
  const server = await runningServer(cluster);
  if (server === undefined) throw unusable(cluster);
  emit({ kind: "note", text: `Started the local Postgres ${cluster.major}.` });
  return server;
}

/**
 * A stale pid file may name a number that another process has by now, for which Postgres would refuse to start. It
 * takes its parent's number for stale. The file itself stays: by it Postgres finds out whether sessions of
 * the dead server still live (PostgreSQL source, `CreateLockFile`).
 */
async function disownPidFile({ data }: Cluster): Promise<void> {
  const path = pidFilePath(data);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text !== undefined) await writeFile(path, text.replace(/^\d+/, String(process.pid)));
}

async function makeData(cluster: Cluster, runtime: Runtime, { within }: Bounds): Promise<boolean> {
  if (await exists(cluster.data)) return false;
  await initialise(cluster, runtime, within);
  return true;
}

/** Why a data directory can't be trusted; undefined when it can, or when there is none. */
async function damageOf(cluster: Cluster): Promise<string | undefined> {
  if (!(await exists(cluster.data))) return undefined;
  if ((await readPassword(cluster)) === undefined) return "its password is lost";
  const version = await readFile(join(cluster.data, "PG_VERSION"), "utf8").catch(() => "");
  if (version.trim() !== String(cluster.major)) return "it is incomplete or of another version";
  const pidFile = await stat(pidFilePath(cluster.data)).catch(() => undefined);
  // Without flushes to disk a crash of the machine, unlike one of the server, may lose any write.
  const isFromEarlierBoot = pidFile !== undefined && pidFile.mtimeMs < Date.now() - uptime() * 1000 - 5000;
  return isFromEarlierBoot ? "the machine went down while the server ran" : undefined;
}

async function setAside(cluster: Cluster, reason: string, { emit }: Bounds): Promise<void> {
  const aside = `${cluster.data}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(cluster.data, aside);
  const text = `The data of the local Postgres ${cluster.major} was set aside (${reason}) and is made anew. The old is in ${aside}.`;
  emit({ kind: "warning", text });
}

function unusable(cluster: Cluster): OffshootError {
  return new OffshootError("POSTGRES_START_FAILED", `The local Postgres ${cluster.major} does not start, even with fresh data.`, {
    remedy: `Its log is ${cluster.log}.`,
    facts: { log: cluster.log },
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
