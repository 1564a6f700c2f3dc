import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What passed through the proxy since the last reset. */
export interface Counts {
  readonly connections: number;
  /** Times that a client sent statements and waited for the answer. */
  readonly roundTrips: number;
}

export interface CountingProxy {
  /** The URL of the server, through the proxy. */
  readonly url: string;
  /** Returns the counts, and starts again at zero. */
  take(): Counts;
  close(): Promise<void>;
}

/** `Query`, and `Sync` after the messages of a prepared statement (PostgreSQL, "Message Formats"). */
const ENDS_A_ROUND_TRIP = new Set(["Q", "S"].map((letter) => letter.charCodeAt(0)));

/** Starts a proxy on loopback, without TLS, in front of a Postgres server. It counts the messages of the clients. */
export async function countingProxy(server: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(server);
  let counts = { connections: 0, roundTrips: 0 };
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
        if (started && ENDS_A_ROUND_TRIP.has(pending[0] ?? 0)) counts.roundTrips += 1;
        if (!started) counts.connections += 1;
        started = true;
        pending = pending.subarray(at + pending.readUInt32BE(at));
      }
    });
    client.pipe(target).pipe(client);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = new URL(server);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: url.href,
    take() {
      const taken = counts;
      counts = { connections: 0, roundTrips: 0 };
      return taken;
    },
    async close() {
      for (const socket of open) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
