import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A port for the clients of a compute, whether it runs or is suspended. */
export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** The server behind a front. */
export interface Backend {
  /** The port of the server, which is started first if it is suspended. Rejects when it cannot be started. */
  wake(): Promise<number>;
  /** The port of the server. Undefined while it is suspended. */
  runningPort(): number | undefined;
  /** Called for all data from a client. */
  onClientData(): void;
}

/** Listens for clients of one compute, starts its server when a client connects, and passes the data on. */
export async function openFront(backend: Backend): Promise<Front> {
  const clients = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => client.destroy());
    backend.wake().then(
      (port) => pass(client, connect({ port, host: "127.0.0.1", noDelay: true }), backend),
      (thrown: unknown) => rejectClient(client, thrown),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The listening socket has no port.");
  return {
    port: address.port,
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

/** Passes all data on in both directions, until one side ends. */
export function pass(client: Socket, server: Socket, backend: Backend): void {
  server.on("error", () => client.destroy());
  client.on("error", () => server.destroy());
  client.on("close", () => server.destroy());
  client.on("data", () => backend.onClientData());
  server.on("close", () => client.end());
  client.setNoDelay(true);
  client.pipe(server);
  server.pipe(client);
}

function rejectClient(client: Socket, thrown: unknown): void {
  client.resume();
  client.end(errorResponse(thrown instanceof Error ? thrown.message : String(thrown)));
}

/** The message with which a server rejects a client before the end of the connection (PostgreSQL manual, "Message Formats"). */
export function errorResponse(message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0CXX000\0M${message.split("\n")[0]}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
