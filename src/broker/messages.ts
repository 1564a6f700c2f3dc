import { isRaisedBy } from "../postgres/server-error.ts";
import { shownCode } from "../postgres/sqlstate-list.ts";

/** Messages of the Postgres protocol (PostgreSQL documentation, "Message Formats"). Everything here is pure. */

/** The first message of a connection. */
export type FirstMessage =
  /** The client asks for encryption: `tls` or `gss`. */
  | { readonly kind: "encryption"; readonly way: "tls" | "gss" }
  | { readonly kind: "cancel" }
  /** Names and values are in Latin-1, so that every byte is kept. */
  | { readonly kind: "session"; readonly version: number; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: "invalid" };

/** Longest first message that Postgres accepts (`MAX_STARTUP_PACKET_LENGTH` in src/include/libpq/pqcomm.h). */
export const FIRST_MESSAGE_BYTES = 10_000;
/** Longest message that Postgres accepts in a login (`PG_MAX_AUTH_TOKEN_LENGTH` in src/include/libpq/auth.h). */
export const LOGIN_MESSAGE_BYTES = 65_535;

const CANCEL = 80_877_102;
const TLS = 80_877_103;
const GSS = 80_877_104;

/** Reads a first message without its length: a code, then parameters. */
export function readFirstMessage(body: Buffer): FirstMessage {
  if (body.length < 4) return { kind: "invalid" };
  const code = body.readUInt32BE(0);
  if (code === TLS) return { kind: "encryption", way: "tls" };
  if (code === GSS) return { kind: "encryption", way: "gss" };
  if (code === CANCEL) return { kind: "cancel" };
  // The upper half is the major version. All supported servers speak version 3.
  if (code >>> 16 !== 3) return { kind: "invalid" };
  const parameters = readParameters(body.subarray(4));
  return parameters === undefined ? { kind: "invalid" } : { kind: "session", version: code, parameters };
}

function readParameters(bytes: Buffer): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  // Every text ends with a NUL.
  const texts = bytes.toString("latin1").split("\0").slice(0, -1);
  for (let place = 0; place < texts.length; place += 2) {
    const [name, value] = [texts[place], texts[place + 1]];
    // An empty name ends the list.
    if (name === "") return parameters;
    if (name === undefined || value === undefined) return undefined;
    parameters.set(name, value);
  }
  return undefined;
}

/** The message that starts a session, with its length. */
export function sessionMessage(version: number, parameters: ReadonlyMap<string, string>): Buffer {
  const texts = [...parameters].flat().map((text) => `${text}\0`);
  const body = Buffer.from(`${texts.join("")}\0`, "latin1");
  return Buffer.concat([uint32(body.length + 8), uint32(version), body]);
}

/** The message that asks a server for TLS. */
export function tlsRequest(): Buffer {
  return Buffer.concat([uint32(8), uint32(TLS)]);
}

/** A first message with its length, as it was received. */
export function withLength(body: Buffer): Buffer {
  return Buffer.concat([uint32(body.length + 4), body]);
}

/** A later message: its type and its body without the length. */
export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

export function encode({ type, body }: Message): Buffer {
  return Buffer.concat([Buffer.from(type, "latin1"), uint32(body.length + 4), body]);
}

/** An error that ends the session. `code` is a SQLSTATE. */
export function fatalError(code: string, message: string, hint?: string): Buffer {
  const fields = [["S", "FATAL"], ["V", "FATAL"], ["C", code], ["M", message], ...(hint === undefined ? [] : [["H", hint]])];
  return encode({ type: "E", body: Buffer.from(`${fields.map(([name, text]) => `${name}${text}\0`).join("")}\0`) });
}

/** The SQLSTATE of an error from the server, as it can be shown. */
export function codeOfError(body: Buffer): string | undefined {
  const fields = body.toString("latin1").split("\0");
  const field = (name: string): string | undefined => fields.find((each) => each.startsWith(name))?.slice(1);
  return shownCode(field("C"), isRaisedBy(field("R")));
}

/** What the server's message of type `R` asks for. */
export type Authentication = "ok" | "reply" | "continue";

/** The kinds that need no reply: AuthenticationOk, and the final message of SASL, after which AuthenticationOk comes. */
export function authenticationOf(body: Buffer): Authentication {
  const kind = body.length < 4 ? undefined : body.readUInt32BE(0);
  if (kind === 0) return "ok";
  return kind === 12 ? "continue" : "reply";
}

const SASL = 10;

/**
 * The server's list of login methods without those that bind the login to the TLS connection. The server offers them
 * because we use TLS. libpq, which has no TLS towards us, would refuse the login when it sees them. Undefined: none is left.
 */
export function withoutChannelBinding(body: Buffer): Buffer | undefined {
  if (body.length < 4 || body.readUInt32BE(0) !== SASL) return body;
  const methods = body
    .subarray(4)
    .toString("latin1")
    .split("\0")
    .filter((method) => method !== "" && !method.endsWith("-PLUS"));
  if (methods.length === 0) return undefined;
  return Buffer.concat([uint32(SASL), Buffer.from(`${methods.join("\0")}\0\0`, "latin1")]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
