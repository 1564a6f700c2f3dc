import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type Duplex, Transform, type Writable } from "node:stream";
import { messageOf } from "../errors.ts";
import { openBackend, type Server } from "./backend.ts";
import { readOpening } from "./first-message.ts";
import { passLogin } from "./login.ts";
import type { ServerError } from "../postgres/server-error.ts";
import { tapErrors, type TapListener } from "./error-tap.ts";
import { fatalError, sessionMessage, withLength } from "./messages.ts";
import { startupSettings } from "./startup-settings.ts";

/** What a broker needs to serve the clients of one migration command. */
export interface BrokerOptions {
  readonly server: Server;
  /** The only database that it accepts. */
  readonly database: string;
  /** The name of a session, from a random text of 16 hexadecimal digits. At most 63 bytes. */
  readonly nameOf: (nonce: string) => string;
  /** Whether the server accepts `client_connection_check_interval`: it then notices within a second that we died. */
  readonly checksConnection: boolean;
  /** Called when the server has opened the session with that name, before the client can use it. Returns why not, if it must not. */
  readonly admit: (name: string) => Promise<string | undefined>;
  /**
   * Returns who reads along with the session of that name, which `admit` has accepted. `settings`: those with which the client asked
   * to start it. Default nobody.
   */
  readonly observe?: ((name: string, settings: ReadonlyMap<string, string>) => SessionTap) | undefined;
}

/** Reads along with one session, and changes nothing that is passed on. */
export interface SessionTap {
  /** Called with what the client sent, before the server gets it. The server gets it when the promise is settled. */
  sent(chunk: Buffer): Promise<void> | undefined;
  /** Called with what the server sent. */
  received(chunk: Buffer): void;
  /** Called once, when the connection to the server has ended. */
  ended(): void;
}

/** What the clients did. */
export interface BrokerCounts {
  /** Clients that asked for a session, whether they got one or not. */
  heard: number;
  /** Sessions that were handed to a client. */
  admitted: number;
  /** Clients that left because the broker has no TLS. */
  needTls: number;
  /** The last errors that the server sent, oldest first. */
  readonly errors: ServerError[];
  /** Whether no statement succeeded after the last of them, except the end of the transaction. */
  ended: boolean;
}

/** Errors that are kept. */
const KEPT_ERRORS = 20;

/** The server gives a login a minute (`authentication_timeout`). */
const LOGIN_MS = 60_000;

const CHECK_INTERVAL = "-c client_connection_check_interval=1000";

/** What the broker wants to know of a client. */
interface Listener {
  /** Registers the connection to the server. */
  keep(backend: Duplex): void;
  /** Called when the client has sent its first message. */
  isHeard(): void;
}

/** Serves one client from its first message to its end. */
export async function serveClient(client: Socket, options: BrokerOptions, counts: BrokerCounts, listener: Listener): Promise<void> {
  const login = new AbortController();
  const tooLong = setTimeout(() => client.destroy(), LOGIN_MS);
  // A client that leaves during the login ends the connection to the server too.
  client.once("close", () => login.abort());
  try {
    const opening = await readOpening(client);
    listener.isHeard();
    if (typeof opening === "string") {
      if (opening === "needs-tls") counts.needTls += 1;
      return void client.destroy();
    }
    const { message, body } = opening;
    if (message.kind === "cancel") return await passCancelRequest(client, withLength(body), options.server, login.signal);
    counts.heard += 1;
    const refusal = refusalOf(message.parameters, options.database);
    if (refusal !== undefined) return void client.end(fatalError("28000", refusal));
    const name = options.nameOf(randomBytes(8).toString("hex"));
    const parameters = new Map([...message.parameters, ["application_name", name]]);
    if (options.checksConnection) parameters.set("options", `${parameters.get("options") ?? ""} ${CHECK_INTERVAL}`.trimStart());
    const backend = await openBackend(options.server, sessionMessage(message.version, parameters), login.signal).catch((thrown: unknown) =>
      messageOf(thrown),
    );
    if (typeof backend === "string") return void client.end(fatalError("08001", `offshoot could not connect to the server: ${backend}`));
    listener.keep(backend);
    let entry: Writable | undefined;
    client.once("close", () => (entry === undefined ? endAfterWriting(backend) : entry.end()));
    if (client.destroyed) return void backend.destroy();
    const held = await passLogin(client, backend);
    const refused = held === undefined ? undefined : await options.admit(name);
    if (refused !== undefined) client.write(fatalError("57P01", refused));
    if (held === undefined || refused !== undefined || client.destroyed) {
      client.end();
      return void backend.destroy();
    }
    counts.admitted += 1;
    client.write(held);
    const tap = options.observe?.(name, startupSettings(message.parameters));
    backend.on("data", tapErrors(recordIn(counts)));
    if (tap !== undefined) entry = passThrough(tap, backend);
    client.pipe(entry ?? backend);
    backend.pipe(client);
    backend.once("close", () => client.end());
  } finally {
    clearTimeout(tooLong);
  }
}

/** The way to the server through a tap. Every byte passes unchanged, at the speed of the slowest part. */
function passThrough(tap: SessionTap, backend: Duplex): Writable {
  const entry = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const pause = tap.sent(chunk);
      if (pause === undefined) done(null, chunk);
      else void passAfter(pause, () => done(null, chunk));
    },
  });
  entry.on("error", () => backend.destroy());
  entry.pipe(backend);
  backend.on("data", (chunk: Buffer) => tap.received(chunk));
  backend.once("close", () => {
    tap.ended();
    entry.destroy();
  });
  return entry;
}

async function passAfter(pause: Promise<void>, pass: () => void): Promise<void> {
  try {
    await pause;
  } finally {
    pass();
  }
}

/** After the first error of a transaction the server refuses every other statement, and the user knows that one. */
const ABORTED = "25P02";

function recordIn(counts: BrokerCounts): TapListener {
  return {
    error(error) {
      if (error.sqlstate === ABORTED && counts.errors.length > 0) return;
      counts.errors.push(error);
      if (counts.errors.length > KEPT_ERRORS) counts.errors.shift();
      counts.ended = true;
    },
    completed(tag) {
      if (tag !== "ROLLBACK") counts.ended = false;
    },
  };
}

/** Why a session is not for this broker. */
function refusalOf(parameters: ReadonlyMap<string, string>, database: string): string | undefined {
  const replication = parameters.get("replication") ?? "";
  if (!["", "false", "off", "no", "0"].includes(replication)) return "replication connections cannot pass offshoot's broker";
  // The name of the database defaults to the user's (PostgreSQL documentation, "Message Formats").
  const wanted = parameters.get("database") ?? parameters.get("user") ?? "";
  if (Buffer.from(wanted, "latin1").toString() === database) return undefined;
  return "offshoot's broker accepts only sessions of the database that is being migrated";
}

/** The server closes the connection of a cancel request without an answer. */
async function passCancelRequest(client: Socket, request: Buffer, server: Server, signal: AbortSignal): Promise<void> {
  const backend = await openBackend(server, request, signal);
  backend.once("close", () => client.end());
  backend.on("error", () => {});
  backend.resume();
  backend.end();
}

/** What a client sent before it left reaches the server, as it would without us. */
function endAfterWriting(backend: Duplex): void {
  if (backend.writableFinished) return void backend.destroy();
  backend.once("finish", () => backend.destroy());
  backend.end();
}
