const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const RECORD_HEAD_BYTES = 5;
const RANDOM_BYTES = 34;

/** Whether a client that sent this byte first starts with TLS, without asking for it (`sslnegotiation=direct` of libpq 17). */
export function isTls(first: number | undefined): boolean {
  return first === HANDSHAKE;
}

/** Bytes of the TLS record whose first five bytes are given. */
export function recordBytes(head: Buffer): number {
  return RECORD_HEAD_BYTES + head.readUInt16BE(3);
}

/**
 * The server name in a TLS record with a ClientHello (RFC 8446, section 4.1.2; RFC 6066, section 3). Undefined if the client
 * sent none. Clients of Postgres send the whole message in one record.
 */
export function serverNameOf(record: Buffer): string | undefined {
  const message = record.subarray(RECORD_HEAD_BYTES);
  if (!isTls(record[0]) || message[0] !== CLIENT_HELLO) return undefined;
  let at = 4 + RANDOM_BYTES;
  at += 1 + message.readUInt8(at);
  at += 2 + message.readUInt16BE(at);
  at += 1 + message.readUInt8(at);
  if (at + 2 > message.length) return undefined;
  for (at += 2; at + 4 <= message.length;) {
    const [type, size] = [message.readUInt16BE(at), message.readUInt16BE(at + 2)];
    at += 4;
    // A list of names, each with its type and its size. Only one type exists: host names.
    if (type === SERVER_NAME) return message.subarray(at + 5, at + 5 + message.readUInt16BE(at + 3)).toString("ascii");
    at += size;
  }
  return undefined;
}
