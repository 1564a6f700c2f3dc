import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { EVIL } from "./evil-twins.ts";

export interface UnpinningProxy {
  /** The URL of the server, through the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/** The search path of offshoot's own sessions, as it is in a startup option and in statements. */
const PINNED = [
  [String.raw`search_path=pg_catalog,\ pg_temp`, String.raw`search_path=${EVIL},\ pg_catalog,\ pg_temp`],
  ["'pg_catalog, pg_temp'", `'${EVIL}, pg_catalog, pg_temp'`],
] as const;

/**
 * Starts a proxy on loopback, without TLS, in front of a Postgres server. It puts the schema of the twins before `pg_catalog` in the
 * search path that offshoot pins in its own sessions, so that each name without a schema is that of a twin.
 */
export async function unpinningProxy(server: string): Promise<UnpinningProxy> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const target = connect(Number(port), hostname);
    for (const socket of [client, target]) open.add(socket.on("error", () => {}).on("close", () => void open.delete(socket)));
    client.on("close", () => target.destroy());
    target.on("close", () => client.destroy());
    let pending = Buffer.alloc(0);
    let started = false;
    client.on("data", (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        // The first message has no letter.
        const at = started ? 1 : 0;
        if (pending.length < at + 4 || pending.length < at + pending.readUInt32BE(at)) break;
        const end = at + pending.readUInt32BE(at);
        target.write(unpinned(pending.subarray(0, end), at));
        started = true;
        pending = pending.subarray(end);
      }
    });
    target.pipe(client);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = new URL(server);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: url.href,
    async close() {
      for (const socket of open) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}

/** The message with other texts, and the length that it has then. */
function unpinned(message: Buffer, at: number): Buffer {
  const text = message.toString("latin1");
  const changed = PINNED.reduce((before, [pinned, evil]) => before.replaceAll(pinned, evil), text);
  if (changed === text) return message;
  const bytes = Buffer.from(changed, "latin1");
  bytes.writeUInt32BE(bytes.length - at, at);
  return bytes;
}
