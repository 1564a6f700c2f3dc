import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { codeOf } from "./errors.ts";

const FLAGS = {
  /** Replaces the content. */
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  /** Fails when the path exists. */
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  /** Adds to the content. */
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
} as const;

/** A reader of a pipe that takes nothing for this time has stopped. */
const STALLED_MS = 10_000;
const PAUSE_MS = 20;

/**
 * Writes a text to a file that the user or the CI service named. It can be a pipe: a shell passes `>(command)` on as one. Without
 * `O_NONBLOCK`, opening a pipe waits for its reader, for ever and whatever signal arrives, and so does writing to a full one.
 * Throws the system's error; `writeFailure` gives the reason in words.
 */
export async function writeText(path: string, text: string, flag: keyof typeof FLAGS, stalledMs = STALLED_MS): Promise<void> {
  const file = await open(path, FLAGS[flag] | (constants.O_NONBLOCK ?? 0), 0o666);
  try {
    const bytes = Buffer.from(text);
    let end = performance.now() + stalledMs;
    for (let written = 0; written < bytes.length;) {
      const count = await file.write(bytes, written).then(
        ({ bytesWritten }) => bytesWritten,
        (thrown: unknown) => (codeOf(thrown) === "EAGAIN" ? 0 : Promise.reject(thrown)),
      );
      written += count;
      if (count > 0) end = performance.now() + stalledMs;
      else if (performance.now() > end) throw Object.assign(new Error(WRITE_FAILURES["EAGAIN"]), { code: "EAGAIN" });
      else await pause(PAUSE_MS);
    }
  } finally {
    await file.close();
  }
}

const WRITE_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  EEXIST: "it already exists",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "this user has no permission to write it",
  ENXIO: "it is a pipe or a socket, and nothing reads from it",
  EAGAIN: "it is a pipe, and its reader has stopped",
  ENOSPC: "its disk is full",
};

/** Why a file could not be written, in words that follow "Could not write the file: ". */
export function writeFailure(thrown: unknown): string {
  const code = codeOf(thrown);
  return WRITE_FAILURES[code ?? ""] ?? String(code);
}
