import { objectOf, type ServerError } from "../postgres/server-error.ts";

/** Reads what a server sends to one client, and calls back for each error and each statement that succeeded. */
export interface TapListener {
  error(error: ServerError): void;
  /** `tag` is the command's name, such as `CREATE TABLE`. */
  completed(tag: string): void;
}

/** A header is a type and a length, which includes itself (PostgreSQL documentation, "Message Flow"). */
const HEADER = 5;

/** A longer error is not read. Its message would not be readable either. */
const LONGEST = 65_536;

/**
 * Returns a function for the chunks that a server sends after the login. It keeps at most one error, and copies nothing of the
 * rows.
 */
export function tapErrors(listener: TapListener): (chunk: Buffer) => void {
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
      const type = bytes[at];
      const size = 1 + bytes.readUInt32BE(at + 1);
      const isRead = (type === 0x45 || type === 0x43) && size <= LONGEST;
      if (isRead && bytes.length - at < size) return void (held = Buffer.from(bytes.subarray(at)));
      if (isRead) read(type, bytes.subarray(at + HEADER, at + size), listener);
      at += size;
    }
    skip = at - bytes.length;
  };
}

function read(type: number, body: Buffer, listener: TapListener): void {
  const fields = body.toString().split("\0");
  if (type === 0x43) return listener.completed(fields[0] ?? "");
  const field = (name: string): string | undefined => fields.find((each) => each.startsWith(name))?.slice(1);
  const names = { schema: field("s"), table: field("t"), column: field("c"), constraint: field("n"), datatype: field("d") };
  listener.error({
    sqlstate: field("C"),
    message: field("M") ?? "",
    object: objectOf(names),
  });
}
