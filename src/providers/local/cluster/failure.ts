import { statfs } from "node:fs/promises";
import { messageOf, OffshootError } from "../../../errors.ts";

/** Why a server did not come up. */
export type Diagnosis = "disk-full" | "port-taken" | "already-running" | "machine" | "damaged";

const SIGNS: readonly (readonly [Diagnosis, RegExp])[] = [
  ["disk-full", /no space left on device|disk quota exceeded/i],
  ["port-taken", /could not (bind|create any TCP\/IP sockets)|address already in use/i],
  ["already-running", /lock file "postmaster\.pid" already exists|pre-existing shared memory block/i],
  [
    "machine",
    /could not (map anonymous shared memory|create shared memory|create semaphores|load library)|error while loading shared libraries|out of memory|cannot allocate memory|too many open files|administrative permissions|unrecognized configuration parameter|invalid value for parameter/i,
  ],
];

/** Reads the cause out of what the server logged. A data directory that fails for no cause outside of it is damaged. */
export function diagnose(log: string): Diagnosis {
  return SIGNS.find(([, sign]) => sign.test(log))?.[0] ?? "damaged";
}

/** The last lines of a log that say something, as one line. */
export function lastWords(log: string): string {
  const lines = log.split("\n").filter((line) => /FATAL|PANIC|ERROR|error|could not/.test(line));
  // Some tools say a thing twice.
  return [...new Set(lines.length > 0 ? lines : log.trim().split("\n"))].slice(-3).join(" | ").slice(-600);
}

/** Our error for a full disk: where, and how much is left. */
export async function diskFull(folder: string, cause: unknown): Promise<OffshootError> {
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  const left = free === undefined ? "" : ` (${Math.floor(free / 1024 ** 2)} MB free)`;
  return new OffshootError("DISK_FULL", `The disk is full: ${folder}${left}.`, {
    meaning: "The local Postgres keeps its data there and needs about 100 MB to start.",
    remedy: "Free some space, or set OFFSHOOT_HOME to a folder on another disk.",
    facts: { folder, freeBytes: free },
    cause,
  });
}

/** Our error for a file operation that failed in the state folder. */
export async function storageFailure(folder: string, thrown: unknown): Promise<unknown> {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") return diskFull(folder, thrown);
  if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS" && code !== "ENOTDIR") return thrown;
  return new OffshootError("POSTGRES_START_FAILED", `The state folder can't be used: ${messageOf(thrown)}`, {
    remedy: "Set OFFSHOOT_HOME to a folder of your own that can be written.",
    facts: { folder },
    cause: thrown,
  });
}
