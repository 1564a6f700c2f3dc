import type { Duplex } from "node:stream";
import type { Message } from "./messages.ts";

/**
 * Reads exactly `size` bytes, and leaves what follows in the stream, which can be piped afterwards. Undefined when the
 * stream ends first.
 */
export async function readBytes(stream: Duplex, size: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (let missing = size; missing > 0;) {
    // A stream that has less than is asked for would be "readable" again and again, and this process would do nothing else.
    const part = stream.readableLength === 0 ? null : (stream.read(Math.min(missing, stream.readableLength)) as Buffer | null);
    if (part !== null) {
      parts.push(part);
      missing -= part.length;
    } else if (stream.readableEnded || stream.destroyed) return undefined;
    else await nextEvent(stream);
  }
  return Buffer.concat(parts);
}

/** Reads a message of at most `limit` bytes. Undefined when it is longer, or the stream ends first. */
export async function readMessage(stream: Duplex, limit: number): Promise<Message | undefined> {
  const type = await readBytes(stream, 1);
  const body = type && (await readBody(stream, await readBytes(stream, 4), limit));
  return body && type && { type: type.toString("latin1"), body };
}

/** Reads what follows a length, which includes its own four bytes. Undefined when it is longer than `limit`, or the stream ends first. */
export async function readBody(stream: Duplex, length: Buffer | undefined, limit: number): Promise<Buffer | undefined> {
  const size = length === undefined ? -1 : length.readUInt32BE(0) - 4;
  return size < 0 || size > limit ? undefined : readBytes(stream, size);
}

function nextEvent(stream: Duplex): Promise<void> {
  const events = ["readable", "end", "close", "error"] as const;
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
