import { randomBytes } from "node:crypto";
import { appendFile, open, readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { readText } from "../../../read-file.ts";
import { parseComment } from "../databases.ts";
import { type Cluster, clusterAt, clusterMajors, runningServer, storedDatabases } from "./cluster.ts";

/** A log larger than this is made shorter: by the next start, and by the idle reaper of a server that runs for weeks. */
export const LOG_BYTES = 8 * 1024 ** 2;

/** What is kept of such a log. */
const KEPT_BYTES = 256 * 1024;

/** Name of a folder that is being removed. What a killed process left has the same name. */
const REMOVED = /\.removed-[0-9a-f]{8}$/;

/** Keeps the end of a log that has become too large. The server writes to it in append mode, so it may continue meanwhile. */
export async function trimLog(path: string): Promise<void> {
  const { size } = await stat(path);
  if (size <= LOG_BYTES) return;
  const kept = await readEnd(path, size);
  await truncate(path);
  await appendFile(path, kept.subarray(kept.indexOf("\n") + 1));
}

async function readEnd(path: string, size: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(KEPT_BYTES), 0, KEPT_BYTES, size - KEPT_BYTES);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Removes from the state folder what nothing has used for `ttlMs` milliseconds: stopped servers of another major than
 * `major`, data directories that were set aside, and copies of binaries. A server that runs, or that stores the database of
 * a run that has not expired, is kept.
 */
export async function removeLeftovers(stateFolder: string, major: number, ttlMs: number, now: Date = new Date()): Promise<void> {
  const isOld = async (path: string): Promise<boolean> => now.getTime() - (await changedAt(path)) > ttlMs;
  for (const cluster of (await clusterMajors(stateFolder)).map((each) => clusterAt(stateFolder, each))) {
    const aside = `${cluster.data}.damaged`;
    if (await isOld(aside)) await remove(aside);
    if (cluster.major !== major && (await isUnused(cluster, isOld, now))) await remove(cluster.folder);
  }
  const copies = join(stateFolder, "binaries");
  for (const version of await namesIn(copies)) {
    const copy = join(copies, version);
    if ((await isOld(copy)) && !(await isRunFrom(copy, stateFolder))) await remove(copy);
  }
  for (const folder of [stateFolder, copies]) {
    for (const name of await namesIn(folder)) if (REMOVED.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Each start writes to the log, and each stop writes the list of the databases. */
async function isUnused(cluster: Cluster, isOld: (path: string) => Promise<boolean>, now: Date): Promise<boolean> {
  for (const name of await namesIn(cluster.folder)) if (name !== "data" && !(await isOld(join(cluster.folder, name)))) return false;
  if ((await runningServer(cluster)) !== undefined) return false;
  const stored = await storedDatabases(cluster);
  const tags = stored === undefined || stored === "unknown" ? [] : stored.map(({ comment }) => parseComment(comment).tag);
  return tags.every((tag) => tag?.kind !== "run" || (tag.expires !== undefined && Date.parse(tag.expires) <= now.getTime()));
}

/** Whether a server runs these binaries. Postgres keeps its last command line in the data directory. */
async function isRunFrom(copy: string, stateFolder: string): Promise<boolean> {
  for (const major of await clusterMajors(stateFolder)) {
    const cluster = clusterAt(stateFolder, major);
    const command = await readText(join(cluster.data, "postmaster.opts")).catch(() => "");
    if (command.startsWith(`${copy}/`) && (await runningServer(cluster)) !== undefined) return true;
  }
  return false;
}

/** The time of the last change in milliseconds, also of a rename. Infinity when there is no such file: it is never old. */
function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs, ctimeMs }) => Math.max(mtimeMs, ctimeMs),
    () => Number.POSITIVE_INFINITY,
  );
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** The rename comes first, so that no process ever finds a part of it under its name. */
async function remove(path: string): Promise<void> {
  const away = `${path}.removed-${randomBytes(4).toString("hex")}`;
  await rename(path, away);
  await rm(away, { recursive: true, force: true });
}
