import { statfs } from "node:fs/promises";
import { codeOf, messageOf, OffshootError } from "../../../errors.ts";

/** Why a server did not start. */
export type StartFailure = "disk-full" | "port-taken" | "already-running" | "machine" | "damaged";

const PATTERNS: readonly (readonly [StartFailure, RegExp])[] = [
  // Shared memory has no space left either, but is not on the disk.
  ["machine", /could not (?:create|resize|open) shared memory|could not create semaphores/i],
  ["disk-full", /no space left on device|disk quota exceeded|wrote only \d+ of \d+ bytes/i],
  ["port-taken", /could not (bind|create any TCP\/IP sockets)|address already in use/i],
  ["already-running", /lock file "postmaster\.pid" already exists|pre-existing shared memory block/i],
  [
    "machine",
    /could not (map anonymous shared memory|create shared memory|create semaphores|load library)|error while loading shared libraries|out of memory|cannot allocate memory|too many open files|insufficient file descriptors|administrative permissions|unrecognized configuration parameter|invalid value for parameter/i,
  ],
];

/** The cause in a server's log. A log that names no outside cause means that the data directory is damaged. */
export function diagnose(log: string): StartFailure {
  return PATTERNS.find(([, pattern]) => pattern.test(log))?.[0] ?? "damaged";
}

const LIMITS: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/too many open files|insufficient file descriptors/i, "Raise the limit of open files for this process: ulimit -n 1024"],
  [
    /could not (?:map anonymous|create|resize|open) shared memory|could not create semaphores/i,
    "Give the machine more shared memory; in a container: docker run --shm-size=256m",
  ],
  [/out of memory|cannot allocate memory/i, "Give the machine or the container more memory."],
  [
    /version `?GLIBC_[\d.]+'? not found/i,
    "Postgres was built for a newer system. Install it with the package manager of this system, and offshoot uses that one.",
  ],
  [/error while loading shared libraries: \S+/i, "Install the package that contains the library."],
];

/** What to do on a machine where Postgres cannot start. Undefined: the log names no limit of the machine. */
export function machineRemedy(log: string): string | undefined {
  return LIMITS.find(([pattern]) => pattern.test(log))?.[1];
}

/** The last three error lines of a log, joined to one line. Without error lines: the last three lines. */
export function lastErrors(log: string): string {
  const errors = log.split("\n").filter((line) => /FATAL|PANIC|ERROR|error|could not/.test(line));
  const lines = errors.length > 0 ? errors : log.trim().split("\n");
  // Some tools print the same line twice.
  return [...new Set(lines)].slice(-3).join(" | ").slice(-600);
}

/** The error for a full disk, with the folder and the space that is left. */
export async function diskFull(folder: string, cause: unknown): Promise<OffshootError> {
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  const left = free === undefined ? "" : ` (${Math.floor(free / 1024 ** 2)} MB free)`;
  return new OffshootError("DISK_FULL", `The disk of the folder ${folder} is full${left}.`, {
    meaning: "The local Postgres keeps its data there. It needs about 100 MB to start.",
    remedy: "Free some disk space, or set OFFSHOOT_HOME to a folder on another disk.",
    facts: { folder, freeBytes: free },
    cause,
  });
}

/** The error for a failed file operation in the state folder. Anything else is returned as it was thrown. */
export async function storageFailure(folder: string, thrown: unknown): Promise<unknown> {
  const code = codeOf(thrown);
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(folder, thrown);
  // Below /proc nobody can make a folder.
  const isUnmade = code === "ENOENT" && (thrown as NodeJS.ErrnoException).syscall === "mkdir";
  if (!isUnmade && code !== "EACCES" && code !== "EPERM" && code !== "EROFS" && code !== "ENOTDIR") return thrown;
  return new OffshootError("POSTGRES_START_FAILED", `The state folder ${folder} could not be used: ${messageOf(thrown)}`, {
    remedy: "Set OFFSHOOT_HOME to a folder that you own and can write to.",
    facts: { folder },
    cause: thrown,
  });
}
