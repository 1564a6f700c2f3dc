/** A header is a type and a length, which includes itself (PostgreSQL documentation, "Message Flow"). */
const HEADER = 5;

export interface SplitOptions {
  /** The types whose bodies are read, such as `EC`. All others are skipped without a copy. */
  readonly types: string;
  /** Bytes of a body that are read at most; `cut` decides what happens to the rest. */
  readonly longest: number;
  /** A longer body is passed on shortened (`true`), or not at all. */
  readonly cut: boolean;
}

/**
 * Returns a function for the chunks that one side sends after the login. It calls `on` for each message of the given types, in
 * order, and keeps at most one body.
 */
export function splitMessages(
  { types, longest, cut }: SplitOptions,
  on: (type: string, body: Buffer, size: number) => void,
): (chunk: Buffer) => void {
  const wanted = new Set(Buffer.from(types, "latin1"));
  let held = Buffer.alloc(0);
  let skip = 0;
  return (chunk) => {
    let at = Math.min(skip, chunk.length);
    skip -= at;
    if (skip > 0) return;
    const bytes = held.length === 0 ? chunk.subarray(at) : Buffer.concat([held, chunk.subarray(at)]);
    held = Buffer.alloc(0);
    for (at = 0; at < bytes.length;) {
      if (bytes.length - at < HEADER) return void (held = Buffer.from(bytes.subarray(at)));
      const type = bytes[at] ?? 0;
      const size = 1 + bytes.readUInt32BE(at + 1);
      const isRead = wanted.has(type) && (cut || size <= longest);
      const needed = Math.min(size, HEADER + longest);
      if (isRead && bytes.length - at < needed) return void (held = Buffer.from(bytes.subarray(at)));
      if (isRead) on(String.fromCharCode(type), bytes.subarray(at + HEADER, at + needed), size);
      at += size;
    }
    skip = at - bytes.length;
  };
}
