import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deadline } from "../../src/deadline.ts";
import { silent } from "../../src/events.ts";
import { dataFolder } from "./memory-disk.ts";
import { withSession } from "./session.ts";
import { serviceAccount } from "../../src/providers/local/cluster/account.ts";
import { findPostgres, prepareRuntime } from "../../src/providers/local/cluster/binaries.ts";
import { makeDataDirectory } from "../../src/providers/local/cluster/initdb.ts";
import { type Runtime, serverEnvironment } from "../../src/providers/local/cluster/runtime.ts";
import { stop } from "../../src/providers/local/cluster/server-process.ts";
import { start, type Started } from "../../src/providers/local/cluster/start.ts";
import { makeFolder } from "../../src/providers/local/cluster/state-folder.ts";

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The data directory. */
  readonly data: string;
  /** Creates a database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Stops the server, which ends all sessions, and starts it again with the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Folder of the programs of another Postgres installation. */
  readonly binaries?: string;
  /** The npm packages of these folders are searched for Postgres. Default: those of this checkout. */
  readonly roots?: readonly string[];
  /** The folder for its data. Default: on a memory disk, or the temporary folder. */
  readonly folder?: string;
}

const CHECKOUT = new URL("../..", import.meta.url).pathname;

const TIMEOUT_MS = 60_000;

/**
 * Starts a Postgres server for tests that break servers or need special settings. It has a new data directory, a free
 * loopback port, and the superuser `postgres` with the password `test`. `stop` also removes its data.
 */
export async function startServer(
  settings: Readonly<Record<string, string | number>> = {},
  options: ServerOptions = {},
): Promise<TestServer> {
  const runtime = await runtimeOf(options);
  const home = await mkdtemp(join(options.folder ?? dataFolder(), "offshoot-test-pg-"));
  await chmod(home, 0o755);
  const data = join(home, "data");
  const within = deadline("starting the test server", TIMEOUT_MS);
  await makeDataDirectory(runtime, { data, superuser: "postgres", password: "test", locales: [["--locale=C"]] }, within);
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    ...settings,
  };
  const boot = async (): Promise<Started> => {
    const budget = deadline("starting the test server", TIMEOUT_MS);
    const started = await start(runtime, { data, log: join(home, "log"), settings: all }, budget);
    if (started === "damaged") throw new Error(`The test server did not start: its log is ${join(home, "log")}.`);
    return started;
  };
  const shutDown = (): Promise<void> => stop(data, { within: deadline("stopping the test server", TIMEOUT_MS) });
  const { port, process: child } = await boot();
  const urlOf = (database: string): string => `postgresql://postgres:test@127.0.0.1:${port}/${database}`;
  return {
    url: urlOf("postgres"),
    port,
    pid: child.pid ?? 0,
    data,
    async createDatabase(name) {
      await withSession(urlOf("postgres"), (session) => session.query(`create database "${name}"`));
      return urlOf(name);
    },
    async restart() {
      await shutDown();
      const again = await boot();
      if (again.port !== port) throw new Error(`Another process took the port ${port} of the test server.`);
    },
    stop: () => stopServer(data),
  };
}

/** Stops a test server and removes its data. */
export async function stopServer(data: string): Promise<void> {
  await stop(data, { within: deadline("stopping the test server", TIMEOUT_MS) });
  await rm(dirname(data), { recursive: true, force: true });
}

async function runtimeOf({ binaries, roots = [CHECKOUT] }: ServerOptions): Promise<Runtime> {
  if (binaries !== undefined) return { bin: binaries, account: await serviceAccount(), environment: serverEnvironment(process.env) };
  const { env, platform, arch } = process;
  const installations = await findPostgres({ env, platform, arch, roots }, undefined);
  return prepareRuntime(installations, { copies: await copiesFolder(), env, emit: silent });
}

/** The folder for copies of binaries that the server's user cannot run where they are. All test servers of this user share it. */
export async function copiesFolder(): Promise<string> {
  const folder = join(tmpdir(), `offshoot-test-binaries-${process.getuid?.() ?? ""}`);
  await makeFolder(folder, await serviceAccount());
  return folder;
}
