import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deadline } from "../../src/deadline.ts";
import { waitUntilReady } from "../../src/postgres/ready.ts";
import { formatUrl, parseUrl } from "../../src/postgres/url.ts";
import { idsOf, serviceAccount } from "../../src/providers/local/cluster/account.ts";
import { freePort } from "../../src/providers/local/cluster/start.ts";
import { findPeer } from "./peers.ts";

export interface Pooler {
  /** The URL of the same database through the pooler. */
  readonly urlOf: (url: string) => string;
  stop(): Promise<void>;
}

/** Starts PgBouncer in front of a server, in transaction mode unless `mode` names another one. `ignore`: a further startup parameter that it ignores. Undefined when it is not installed; a line reports that then. */
export async function startPooler(
  serverUrl: string,
  poolSize: number,
  { ignore, mode = "transaction" }: { readonly ignore?: string; readonly mode?: "transaction" | "session" | "statement" } = {},
): Promise<Pooler | undefined> {
  const binary = findPeer("pgbouncer");
  if (binary === undefined) return undefined;
  const { host, port, user, password } = parseUrl(serverUrl);
  const home = await mkdtemp(join(tmpdir(), "offshoot-pgbouncer-"));
  await chmod(home, 0o755);
  const listen = await freePort();
  await writeFile(join(home, "users.txt"), `"${user}" "${password}"\n`);
  const settings = {
    listen_addr: "127.0.0.1",
    listen_port: listen,
    auth_type: "scram-sha-256",
    auth_file: join(home, "users.txt"),
    pool_mode: mode,
    default_pool_size: poolSize,
    max_client_conn: 1000,
    unix_socket_dir: "",
    ignore_startup_parameters: ["extra_float_digits", ...(ignore === undefined ? [] : [ignore])].join(","),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  await writeFile(join(home, "pgbouncer.ini"), [`[databases]`, `* = host=${host} port=${port}`, `[pgbouncer]`, ...lines, ""].join("\n"));
  // Like Postgres, PgBouncer refuses to run as root.
  const child = spawn(binary, [join(home, "pgbouncer.ini")], { ...idsOf(await serviceAccount()), cwd: home, stdio: "ignore" });
  const urlOf = (url: string): string => formatUrl({ ...parseUrl(url), port: listen });
  await waitUntilReady(urlOf(serverUrl), deadline("the pooler", 10_000));
  return {
    urlOf,
    async stop() {
      child.kill("SIGINT");
      if (child.exitCode === null) await once(child, "exit");
      await rm(home, { recursive: true, force: true });
    },
  };
}
