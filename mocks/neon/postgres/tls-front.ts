import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { Certificate } from "./certificate.ts";
import { type Backend, errorResponse, pass } from "./front.ts";
import { isTls, recordBytes, serverNameOf } from "./server-name.ts";

/** One port for the clients of all computes, as Neon's proxy has: the name in the TLS handshake selects the compute. */
export interface TlsFront {
  readonly port: number;
  /** Sends clients of this host name to the server. */
  add(host: string, backend: Backend): void;
  remove(host: string): void;
  close(): Promise<void>;
}

// The request codes of PostgreSQL's protocol (PostgreSQL manual, "Message Formats").
const CANCEL = 80_877_102;
const TLS = 80_877_103;
const GSS = 80_877_104;
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

const NEGOTIATION_MS = 30_000;

// The texts of Neon's proxy.
const INSECURE = "connection is insecure (try using `sslmode=require`)";
const NO_NAME =
  "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support or pass the endpoint ID (first part of the domain name) as a parameter: '?options=endpoint%3D<endpoint-id>'.";
const UNKNOWN = "The requested endpoint could not be found, or you don't have access to it. Please check the provided ID and try again.";

/**
 * Listens for clients of all computes. A client that does not use TLS, or that sends no known server name, gets an error and
 * no password is asked for. The TLS session is between the client and the server itself, so that channel binding works.
 */
export async function openTlsFront({ certificate, key }: Certificate): Promise<TlsFront> {
  const context = createSecureContext({ cert: certificate, key });
  const backends = new Map<string, Backend>();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => client.destroy());
    client.setTimeout(NEGOTIATION_MS, () => client.destroy());
    negotiate(client, backends, context).catch(() => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The listening socket has no port.");
  return {
    port: address.port,
    add: (host, backend) => void backends.set(host, backend),
    remove: (host) => void backends.delete(host),
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

async function negotiate(client: Socket, backends: ReadonlyMap<string, Backend>, context: SecureContext): Promise<void> {
  let head = await read(client, 8);
  while (head.readUInt32BE(4) === TLS || head.readUInt32BE(4) === GSS) {
    client.write(head.readUInt32BE(4) === TLS ? "S" : "N");
    head = await read(client, 8);
  }
  if (!isTls(head[0])) {
    if (head.readUInt32BE(4) === CANCEL) return cancel(client, Buffer.concat([head, await read(client, 8)]), backends);
    client.end(errorResponse(INSECURE));
    return;
  }
  const hello = Buffer.concat([head, await read(client, recordBytes(head) - head.length)]);
  const name = serverNameOf(hello);
  const backend = name === undefined ? undefined : backends.get(name);
  if (backend === undefined) return reject(client, hello, context, name === undefined ? NO_NAME : UNKNOWN);
  const port = await backend.wake().catch((thrown: unknown) => thrown);
  if (typeof port !== "number") return reject(client, hello, context, port instanceof Error ? port.message : String(port));
  client.setTimeout(0);
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => client.destroy());
  socket.write(TLS_REQUEST);
  await read(socket, 1);
  socket.write(hello);
  pass(client, socket, backend);
}

/** The next `size` bytes. Rejects when the connection ends before. */
async function read(socket: Socket, size: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(size) as Buffer | null;
    if (bytes?.length === size) return bytes;
    if (bytes !== null || socket.readableEnded || socket.destroyed) throw new Error("The connection ended.");
    await Promise.race([once(socket, "readable"), once(socket, "close")]);
  }
}

/** Sends an error through TLS, after the client's startup message, as Neon's proxy does. */
function reject(client: Socket, hello: Buffer, context: SecureContext, message: string): void {
  client.unshift(hello);
  const secure = new TLSSocket(client, { isServer: true, secureContext: context });
  secure.on("error", () => client.destroy());
  secure.once("data", () => secure.end(errorResponse(message)));
}

/** The key of a request to cancel is known to one server only, and the request has no name. So all servers get it. */
async function cancel(client: Socket, request: Buffer, backends: ReadonlyMap<string, Backend>): Promise<void> {
  const ports = new Set([...backends.values()].flatMap((backend) => backend.runningPort() ?? []));
  await Promise.all([...ports].map(async (port) => once(connect({ port, host: "127.0.0.1" }).end(request), "close")));
  client.end();
}
