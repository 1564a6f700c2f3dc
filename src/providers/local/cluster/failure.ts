import { statfs } from "node:fs/promises";
import { codeOf, messageOf, OffshootError } from "../../../errors.ts";

/** Why a server did not start. */
export type StartFailure = "disk-full" | "port-taken" | "already-running" | "machine" | "damaged";

const PATTERNS: readonly (readonly [StartFailure, RegExp])[] = [
  ["disk-full", /no space left on device|disk quota exceeded|wrote only \d+ of \d+ bytes/i],
  ["port-taken", /could not (bind|create any TCP\/IP sockets)|address already in use/i],
  ["already-running", /lock file "postmaster\.pid" already exists|pre-existing shared memory block/i],
  [
    "machine",
    /could not (map anonymous shared memory|create shared memory|create semaphores|load library)|error while loading shared libraries|out of memory|cannot allocate memory|too many open files|administrative permissions|unrecognized configuration parameter|invalid value for parameter/i,
  ],
];

/** The cause in a server's log. A log that names no outside cause means that the data directory is damaged. */
export function diagnose(log: string): StartFailure {
  return PATTERNS.find(([, pattern]) => pattern.test(log))?.[0] ?? "damaged";
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
