import { once } from "node:events";
import { createServer } from "node:net";
import type { Duplex } from "node:stream";
import { type BrokerCounts, type BrokerOptions, serveClient } from "./client.ts";

export type { BrokerCounts, BrokerOptions } from "./client.ts";

/** A listener on loopback that connects clients to a Postgres server, while a leader leads. */
export interface Broker {
  readonly port: number;
  /** Begins to serve. Before that, every connection is closed. */
  serve(options: BrokerOptions): void;
  counts(): Readonly<BrokerCounts>;
  /** Accepts no more sessions. Those that are open continue. */
  drain(): void;
  /** Ends all sessions at once, and accepts no more. */
  close(): void;
}

/** More sessions than a server accepts by default, and fewer than a process can have open files. */
const MAX_CONNECTIONS = 400;
/** Any process of the machine can connect and say nothing. So many may do that, and no more: the oldest ones are closed. */
const MOST_SILENT = 100;

/**
 * Opens a broker on a free port of 127.0.0.1. It passes the login on to the server unchanged, so it accepts nobody whom the
 * server would not accept. It ends with its process, and all its sessions with it.
 */
export async function openBroker(): Promise<Broker> {
  let options: BrokerOptions | undefined;
  const counts: BrokerCounts = { heard: 0, admitted: 0, needTls: 0, errors: [], ended: false };
  const connections = new Set<Duplex>();
  const silent = new Set<Duplex>();
  const keep = (connection: Duplex): void => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
    // A broken connection closes, and that is handled.
    connection.on("error", () => {});
  };
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    keep(client);
    if (options === undefined) return void client.destroy();
    silent.add(client);
    const isHeard = (): void => void silent.delete(client);
    client.once("close", isHeard);
    if (silent.size > MOST_SILENT) for (const oldest of [...silent].slice(0, -MOST_SILENT)) oldest.destroy();
    serveClient(client, options, counts, { keep, isHeard }).catch(() => client.destroy());
  });
  listener.maxConnections = MAX_CONNECTIONS;
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const drain = (): void => {
    options = undefined;
    listener.close();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    serve: (given) => (options = given),
    counts: () => ({ ...counts, errors: [...counts.errors] }),
    drain,
    close() {
      drain();
      for (const connection of connections) connection.destroy();
    },
  };
}
