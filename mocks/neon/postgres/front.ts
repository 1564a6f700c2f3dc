import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A port that a compute is reached by, whether it runs or sleeps. */
export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** What stands behind a front. */
export interface Behind {
  /** Port of the running server, which is started first where it sleeps. Rejects where there is none to wake. */
  wake(): Promise<number>;
  /** Called whenever bytes come from a client. */
  touched(): void;
}

/** Listens for clients of one compute, wakes it when one comes, and passes bytes on from then on. */
export async function openFront(behind: Behind): Promise<Front> {
  const clients = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => client.destroy());
    behind.wake().then(
      (port) => pass(client, port, behind),
      (thrown: unknown) => turnAway(client, thrown),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The machine gave no port.");
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

function pass(client: Socket, port: number, behind: Behind): void {
  const server = connect({ port, host: "127.0.0.1", noDelay: true });
  server.on("error", () => client.destroy());
  client.on("error", () => server.destroy());
  client.on("close", () => server.destroy());
  client.on("data", () => behind.touched());
  server.on("close", () => client.end());
  client.setNoDelay(true);
  client.pipe(server);
  server.pipe(client);
}

/** The server's own way of saying no: an error message, then the end (PostgreSQL manual, "Message Formats"). */
function turnAway(client: Socket, thrown: unknown): void {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const fields = Buffer.from(`SFATAL\0VFATAL\0CXX000\0M${message.split("\n")[0]}\0\0`);
  const head = Buffer.alloc(5);
  head.write("E");
  head.writeInt32BE(fields.length + 4, 1);
  client.resume();
  client.end(Buffer.concat([head, fields]));
}
