import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

/**
 * A loopback port that nobody listens on now: the one that the server had last, so that URLs that were handed
 * out still hold after a crash, else any. Somebody may take it before the server does; the caller tries again.
 */
export async function choosePort(data: string, mayReuse: boolean): Promise<number> {
  const last = mayReuse ? await lastPort(data) : undefined;
  return (last === undefined ? undefined : await tryPort(last)) ?? (await tryPort(0)) ?? Promise.reject(new Error("no free port"));
}

/** Postgres keeps its last command line in the data directory. */
async function lastPort(data: string): Promise<number | undefined> {
  const options = await readFile(join(data, "postmaster.opts"), "utf8").catch(() => "");
  const [, port] = /"-p" "(\d+)"/.exec(options) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** Undefined when the port is taken. Port 0 stands for any. */
async function tryPort(wanted: number): Promise<number | undefined> {
  const server = createServer().listen(wanted, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return undefined;
  }
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? address?.port : undefined;
}
