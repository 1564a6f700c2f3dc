import type { Duplex } from "node:stream";
import { authenticationOf, encode, fatalError, LOGIN_MESSAGE_BYTES, type Message, withoutChannelBinding } from "./messages.ts";
import { readMessage } from "./read.ts";

/** What a server sends between the login and its first ReadyForQuery is at most this long. */
const HELD_BYTES = 1_048_576;

/**
 * Passes a login through. What follows AuthenticationOk is kept back, up to and with ReadyForQuery: until the client has
 * that message, it can send no statement. Returns what was kept back; undefined when the login failed, which both sides know.
 */
export async function passLogin(client: Duplex, backend: Duplex): Promise<Buffer | undefined> {
  let isAuthenticated = false;
  const held: Buffer[] = [];
  for (let bytes = 0; bytes <= HELD_BYTES;) {
    const message = await readMessage(backend, LOGIN_MESSAGE_BYTES);
    if (message === undefined) return undefined;
    if (message.type === "E") {
      client.write(encode(message));
      return undefined;
    }
    if (message.type === "R" && !isAuthenticated) {
      const outcome = await passAuthentication(message, client, backend);
      if (outcome === "failed") return undefined;
      isAuthenticated = outcome === "authenticated";
    } else if (isAuthenticated) {
      held.push(encode(message));
      bytes += message.body.length + 5;
      if (message.type === "Z") return Buffer.concat(held);
    } else {
      client.write(encode(message));
    }
  }
  client.write(fatalError("08P01", "the server sent too much before its first ReadyForQuery"));
  return undefined;
}

async function passAuthentication(message: Message, client: Duplex, backend: Duplex): Promise<"authenticated" | "next" | "failed"> {
  const body = withoutChannelBinding(message.body);
  if (body === undefined) {
    client.write(fatalError("28000", "the server accepts only logins with channel binding, which cannot pass offshoot's broker", OFF));
    return "failed";
  }
  client.write(encode({ ...message, body }));
  const needs = authenticationOf(body);
  if (needs === "ok") return "authenticated";
  if (needs === "continue") return "next";
  const reply = await readMessage(client, LOGIN_MESSAGE_BYTES);
  // Type `p`: a password, or a message of SASL or GSSAPI. Nothing else is allowed here, above all no statement.
  if (reply?.type !== "p") return "failed";
  backend.write(encode(reply));
  return "next";
}

/** The hint for clients that cannot pass the broker. */
export const OFF = "Set migrations.fence to off (--set migrations.fence=off) to connect this migration command to the server itself.";
