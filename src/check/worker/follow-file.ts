import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { codeOf } from "../../errors.ts";

/** Follows a file as `tail -F` does. */
export interface FollowedFile {
  /** Reads what is new. False: the file does not exist. Throws the system's error for a file that cannot be read. */
  poll(): Promise<boolean>;
  close(): Promise<void>;
}

/** Bytes before the position that are compared, to notice a file that was truncated and has grown again. */
const REMEMBERED = 256;
const CHUNK_BYTES = 64 * 1024;
/** Of a file that exists already, this much of its end is read. */
const MOST_BYTES = 64 * 2 ** 20;
/** One call of `poll` reads at most this much, so that a fast writer cannot keep it for ever. */
const MOST_POLLED = 16 * 2 ** 20;

interface Part {
  readonly handle: FileHandle;
  readonly id: string;
  position: number;
  /** The last bytes before the position. */
  last: Buffer;
}

/**
 * Follows a log over its rotation: by rename and a new file, whose old file is read to its end and as long as its writer
 * still uses it, and by copy and truncation. `onText` gets the text and the time at which it was written: of the content
 * that exists already the file's own time.
 */
export function followFile(path: string, onText: (text: string, at: number) => void): FollowedFile {
  // The writer may use the old file for a while after its rename.
  let older: Part | undefined;
  let current: Part | undefined;
  const decoder = new TextDecoder();
  const read = (part: Part, at?: number): Promise<void> =>
    readNew(part, (bytes) => onText(decoder.decode(bytes, { stream: true }), at ?? Date.now()));
  return {
    async poll() {
      if (older !== undefined) await read(older);
      if (current !== undefined) await read(current);
      const found = await stat(path).catch((thrown: unknown) => {
        if (codeOf(thrown) === "ENOENT") return undefined;
        throw thrown;
      });
      if (found === undefined) return false;
      if (current?.id === `${found.dev}:${found.ino}`) return true;
      const isFirst = current === undefined;
      const next = await openPart(path);
      if (current !== undefined) {
        await older?.handle.close();
        older = current;
      }
      current = next;
      await read(next, isFirst ? found.mtimeMs : undefined);
      return true;
    },
    async close() {
      await older?.handle.close();
      await current?.handle.close();
    },
  };
}

async function openPart(path: string): Promise<Part> {
  // Without `O_NONBLOCK`, opening a FIFO waits for its writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const opened = await handle.stat();
  if (!opened.isFile()) {
    await handle.close();
    throw Object.assign(new Error("it is not a regular file"), { code: opened.isDirectory() ? "EISDIR" : "OFFSHOOT_NOT_REGULAR" });
  }
  return { handle, id: `${opened.dev}:${opened.ino}`, position: Math.max(0, opened.size - MOST_BYTES), last: Buffer.alloc(0) };
}

async function readNew(part: Part, onBytes: (bytes: Buffer) => void): Promise<void> {
  if (await wasTruncated(part)) Object.assign(part, { position: 0, last: Buffer.alloc(0) });
  for (let total = 0; total < MOST_POLLED;) {
    const { bytesRead, buffer } = await part.handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, part.position);
    if (bytesRead === 0) return;
    const bytes = buffer.subarray(0, bytesRead);
    onBytes(bytes);
    total += bytesRead;
    part.position += bytesRead;
    part.last = Buffer.concat([part.last, bytes]).subarray(-REMEMBERED);
  }
}

/** The file is shorter than what was read, or has other bytes there. */
async function wasTruncated({ handle, position, last }: Part): Promise<boolean> {
  if (position === 0) return false;
  if ((await handle.stat()).size < position) return true;
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(last.length), 0, last.length, position - last.length);
  return bytesRead < last.length || !buffer.equals(last);
}
