import type { Socket } from "node:net";
import { FIRST_MESSAGE_BYTES, type FirstMessage, readFirstMessage } from "./messages.ts";
import { readBody, readBytes } from "./read.ts";

/** A first message that a session or a cancel request begins with, and its bytes without the length. */
export interface Opening {
  readonly message: Extract<FirstMessage, { kind: "session" | "cancel" }>;
  readonly body: Buffer;
}

/** Why a client sent no such message. `needs-tls`: it left, or began a TLS handshake, because we have no TLS. */
export type NoOpening = "needs-tls" | "invalid";

/** The first byte of a TLS handshake (RFC 8446, section 5.1). Clients with `sslnegotiation=direct` begin with it. */
const TLS_HANDSHAKE = 0x16;
/** A client asks at most once for each way of encryption. */
const MAX_REQUESTS = 3;

/** Reads a client's first message, and answers requests for encryption with no. */
export async function readOpening(client: Socket): Promise<Opening | NoOpening> {
  let askedForTls = false;
  for (let count = 0; count < MAX_REQUESTS; count += 1) {
    const length = await readBytes(client, 4);
    if (length === undefined) return askedForTls ? "needs-tls" : "invalid";
    if (length[0] === TLS_HANDSHAKE) return "needs-tls";
    const body = await readBody(client, length, FIRST_MESSAGE_BYTES);
    const message = body === undefined ? undefined : readFirstMessage(body);
    if (body === undefined || message === undefined || message.kind === "invalid") return "invalid";
    if (message.kind !== "encryption") return { message, body };
    askedForTls ||= message.way === "tls";
    client.write("N");
  }
  return "invalid";
}
