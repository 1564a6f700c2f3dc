import { connect as dial, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as startTls, type ConnectionOptions } from "node:tls";
import { readTlsOptions } from "../postgres/tls-files.ts";
import { transportOf } from "../postgres/tls.ts";
import { parseUrl } from "../postgres/url.ts";
import { codeOfError, encode, LOGIN_MESSAGE_BYTES, tlsRequest } from "./messages.ts";
import { readBytes, readMessage } from "./read.ts";

/** A server, from a URL. */
export interface Server {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  /** The ways to connect, in the order in which they are tried. */
  readonly ways: readonly Way[];
}

/** `false`: plaintext. */
type Way = ConnectionOptions | false;

/** pg_hba.conf has no line for a connection without TLS: `invalid_authorization_specification`. */
const NO_ENTRY = "28000";

/** The server of a URL, with the same transport as our own sessions. Throws `URL_INVALID`, and `USAGE` for an unreadable file. */
export async function serverOf(url: string): Promise<Server> {
  const transport = transportOf(url);
  const { host, port } = parseUrl(url);
  const folder = new URL(url).searchParams.get("host");
  const tls = transport.ways.includes("tls") ? await readTlsOptions(transport) : false;
  return {
    address: folder?.startsWith("/") ? { path: `${folder}/.s.PGSQL.${port}` } : { host: folder ?? host, port },
    ways: transport.ways.map((way) => way === "tls" && tls),
  };
}

/**
 * Opens a connection to the server and sends the first message. The server's first reply is left in the stream. Throws when
 * the server cannot be reached, or does not speak TLS where the URL needs it.
 */
export async function openBackend(server: Server, firstMessage: Buffer, signal: AbortSignal): Promise<Duplex> {
  const [way = false, other] = server.ways;
  try {
    const backend = await connectBy(way, server, signal);
    backend.write(firstMessage);
    if (other === undefined || way !== false) return backend;
    return (await isRefused(backend)) ? await retryWithTls(backend, other, server, firstMessage, signal) : backend;
  } catch (thrown) {
    if (other === undefined || !(thrown instanceof NoTls)) throw thrown;
  }
  const backend = await connectBy(other ?? false, server, signal);
  backend.write(firstMessage);
  return backend;
}

/** Whether the server's first reply can refuse a connection without TLS. The reply is put back into the stream. */
async function isRefused(backend: Duplex): Promise<boolean> {
  const reply = await readMessage(backend, LOGIN_MESSAGE_BYTES);
  if (reply === undefined) return false;
  backend.unshift(encode(reply));
  return reply.type === "E" && codeOfError(reply.body) === NO_ENTRY;
}

/** The same code has other reasons, such as a first message without a user. Without TLS on the server, its first reply is the reason. */
async function retryWithTls(refused: Duplex, way: Way, server: Server, firstMessage: Buffer, signal: AbortSignal): Promise<Duplex> {
  try {
    const backend = await connectBy(way, server, signal);
    backend.write(firstMessage);
    refused.destroy();
    return backend;
  } catch (thrown) {
    if (thrown instanceof NoTls) return refused;
    refused.destroy();
    throw thrown;
  }
}

class NoTls extends Error {
  constructor() {
    super("the server does not support TLS");
  }
}

async function connectBy(way: Way, server: Server, signal: AbortSignal): Promise<Duplex> {
  const socket = dial({ ...server.address, allowHalfOpen: true, noDelay: true, keepAlive: true });
  const abort = (): void => void socket.destroy(new Error("the login was ended"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await connected(socket, "connect");
    if (way === false) return socket;
    socket.write(tlsRequest());
    // Nothing may follow this byte before the handshake: it would be from somebody between us and the server (CVE-2021-23222).
    const answer = await readBytes(socket, 1);
    if (answer?.toString() !== "S" || socket.readableLength > 0) throw new NoTls();
    const secure = startTls({ ...way, socket });
    await connected(secure, "secureConnect");
    return secure;
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function connected(socket: Socket, event: "connect" | "secureConnect"): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed")));
  });
}
