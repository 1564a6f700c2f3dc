/** A header is a type and a length, which includes itself (PostgreSQL documentation, "Message Flow"). */
const HEADER = 5;

export interface SplitOptions {
  /** The types whose bodies are read, such as `EC`. All others are skipped without a copy. */
  readonly types: string;
  /** Bytes of a body that are read at most; `cut` decides what happens to the rest. */
  readonly longest: number;
  /** A longer body is passed on shortened (`true`), or not at all. */
  readonly cut: boolean;
  /** Of a shortened body, this many bytes of its end are passed on too. Default 0. */
  readonly endBytes?: number;
}

/** A message that has begun. */
interface Open {
  readonly type: string;
  readonly size: number;
  readonly isRead: boolean;
  /** Bytes of its body that have not come yet. */
  left: number;
  readonly start: Buffer[];
  /** Bytes of its start that have not come yet. */
  startLeft: number;
  end: Buffer;
}

/**
 * Returns a function for the chunks that one side sends after the login. It calls `on` for each message of the given types when
 * all of it has come, in order, and keeps at most one body. `end` is the end of a body that was shortened.
 */
export function splitMessages(
  { types, longest, cut, endBytes = 0 }: SplitOptions,
  on: (type: string, body: Buffer, size: number, end: Buffer | undefined) => void,
): (chunk: Buffer) => void {
  const wanted = new Set(Buffer.from(types, "latin1"));
  let header = Buffer.alloc(0);
  let open: Open | undefined;
  const begin = (): Open => {
    const type = header[0] ?? 0;
    const size = 1 + header.readUInt32BE(1);
    const left = Math.max(0, size - HEADER);
    const isRead = wanted.has(type) && (cut || size <= longest);
    header = Buffer.alloc(0);
    return { type: String.fromCharCode(type), size, isRead, left, start: [], startLeft: Math.min(left, longest), end: Buffer.alloc(0) };
  };
  const finish = ({ type, size, isRead, start, end }: Open): void => {
    const [first = Buffer.alloc(0), second] = start;
    const body = second === undefined ? first : Buffer.concat(start);
    open = undefined;
    if (isRead) on(type, body, size, size - HEADER > longest ? end : undefined);
  };
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (open === undefined) {
        const bytes = chunk.subarray(at, at + HEADER - header.length);
        header = header.length === 0 ? Buffer.from(bytes) : Buffer.concat([header, bytes]);
        at += bytes.length;
        if (header.length < HEADER) return;
        open = begin();
      }
      const bytes = chunk.subarray(at, at + open.left);
      at += bytes.length;
      open.left -= bytes.length;
      // The memory of a chunk can be used again, so what is kept for the next one is copied.
      if (open.isRead) collect(open, open.left === 0 ? bytes : Buffer.from(bytes), endBytes);
      if (open.left === 0) finish(open);
    }
  };
}

function collect(open: Open, bytes: Buffer, endBytes: number): void {
  const start = bytes.subarray(0, open.startLeft);
  open.startLeft -= start.length;
  if (start.length > 0) open.start.push(start);
  if (endBytes > 0 && bytes.length > 0) open.end = Buffer.concat([open.end, bytes.subarray(-endBytes)]).subarray(-endBytes);
}
