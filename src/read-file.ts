import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { stat } from "./file-facts.ts";
import { codeOf, messageOf } from "./errors.ts";

export const MIB = 2 ** 20;

/** The code of the error for a path that is not a regular file. */
const NOT_REGULAR = "OFFSHOOT_NOT_REGULAR";

/** The size of a piece. A file that is not larger is read without another thread. */
export const CHUNK_BYTES: number = 64 * 1024;

/** Without `O_NONBLOCK`, opening a FIFO waits for its writer. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file of at most `maxBytes`. A FIFO would wait for ever and a device can be endless, so that both are
 * refused before they are opened. The size is also counted while reading, because a file can grow, and files in `/proc`
 * have the size 0. Throws the system's error, or an error with the code `EFBIG`; `readFailure` gives the reason in words.
 */
export async function readBytes(path: string, maxBytes: number): Promise<Buffer> {
  const found = await stat(path);
  requireRegular(found, maxBytes);
  if (found.size <= CHUNK_BYTES) return readSmall(path, maxBytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(path, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A small file is read before another thread would have opened it. */
function readSmall(path: string, maxBytes: number): Buffer {
  const file = openSync(path, READ);
  try {
    requireRegular(fstatSync(file), maxBytes);
    const chunks: Uint8Array[] = [];
    for (let total = 0; ;) {
      const buffer = chunkFor(total, maxBytes);
      const bytesRead = readSync(file, buffer);
      if (bytesRead === 0) return Buffer.concat(chunks);
      total += bytesRead;
      if (total > maxBytes) throw tooLarge(maxBytes);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    closeSync(file);
  }
}

/** Reads a file as UTF-8. Bytes that are not UTF-8 become replacement characters. Throws what `readBytes` throws. */
export async function readText(path: string, maxBytes: number = MIB): Promise<string> {
  return (await readBytes(path, maxBytes)).toString("utf8");
}

/** The content of a file in pieces, with the rules and errors of `readBytes`. */
export async function* readChunks(path: string, maxBytes: number): AsyncGenerator<Uint8Array, void> {
  // Opening a device can already have an effect. The opened file is checked again, because the path can change meanwhile.
  requireRegular(await stat(path), maxBytes);
  const file = await open(path, READ);
  try {
    requireRegular(await file.stat(), maxBytes);
    yield* chunksOf(file, maxBytes);
  } finally {
    await file.close();
  }
}

async function* chunksOf(file: FileHandle, maxBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let total = 0; ;) {
    const buffer = chunkFor(total, maxBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return;
    total += bytesRead;
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield buffer.subarray(0, bytesRead);
  }
}

/** One byte more than may follow shows that a file is too large. */
function chunkFor(total: number, maxBytes: number): Buffer {
  return Buffer.allocUnsafe(Math.min(CHUNK_BYTES, maxBytes - total + 1));
}

function requireRegular(found: Stats, maxBytes: number): void {
  if (found.isDirectory()) throw withCode("EISDIR", READ_FAILURES["EISDIR"] ?? "");
  if (!found.isFile()) throw withCode(NOT_REGULAR, `it is ${kindOf(found)}, not a regular file`);
  if (found.size > maxBytes) throw tooLarge(maxBytes);
}

/** What a path is, when it is not a regular file and not a folder. */
export function kindOf(found: Pick<Stats, "isFIFO" | "isSocket">): string {
  return found.isFIFO() ? "a pipe (FIFO)" : found.isSocket() ? "a socket" : "a device";
}

function tooLarge(maxBytes: number): Error {
  return withCode("EFBIG", `it is larger than ${maxBytes >= MIB ? `${maxBytes / MIB} MiB` : `${maxBytes / 1024} KiB`}`);
}

function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Whether a path was not read because a folder, a FIFO, a device or a file of an unexpected size is there. */
export function isUnfitFile(thrown: unknown): boolean {
  return ["EISDIR", NOT_REGULAR, "EFBIG"].includes(codeOf(thrown) ?? "");
}

/** Why a file could not be read, by system error code. */
const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  EACCES: "this user has no permission to read it",
  EPERM: "this user has no permission to read it",
  ELOOP: "its symbolic links form a loop",
  ENAMETOOLONG: "its path is too long",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

/** Why a file could not be read, in words that follow "Could not read the file: ". */
export function readFailure(thrown: unknown): string {
  return READ_FAILURES[codeOf(thrown) ?? ""] ?? messageOf(thrown);
}
