import { randomBytes } from "node:crypto";
import { link, rename, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { type Deadline, jitter } from "../../../deadline.ts";
import { stat } from "../../../file-facts.ts";
import { readText } from "../../../read-file.ts";
import { isAlive } from "../../../process/signals.ts";

/** The owner updates the time of its lock file this often. */
const HEARTBEAT_MS = 2000;

/** A lock file without an update for this long has no owner: the owner was stopped, or ended on another machine. */
const STALE_MS = 15_000;

interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

export interface LockedWork<T> {
  /** Called before each further try for the lock. Its result, if there is one, makes the lock unnecessary. */
  readonly alternative: () => Promise<T | undefined>;
  readonly work: () => Promise<T>;
}

/**
 * Runs `work` while this process holds the lock file. The lock of an ended process is taken over at once. The lock saves
 * work; Postgres itself makes sure that two servers never use one data directory.
 */
export async function withLockFile<T>(path: string, within: Deadline, { alternative, work }: LockedWork<T>): Promise<T> {
  const owner: Owner = { token: randomBytes(8).toString("hex"), pid: process.pid, host: hostname() };
  for (let pauseMs = 10; !(await claim(path, owner)); pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const result = await alternative();
    if (result !== undefined) return result;
    await removeStale(path);
    await within.pause(jitter(pauseMs));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // After a failure another process may own the lock file, so this process must not touch it again.
    utimes(path, now, now).catch(() => clearInterval(heartbeat));
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
  }
}

/** The link makes the file appear complete, with its owner in it, or not at all. */
async function claim(path: string, owner: Owner): Promise<boolean> {
  const draft = `${path}.${owner.token}`;
  try {
    // On a full disk this creates an empty file and fails.
    await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
    await link(draft, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the lock of an ended owner. Of several processes one wins the rename. If that has moved a new lock by mistake, it is put back. */
async function removeStale(path: string): Promise<void> {
  const seen = await readOwner(path);
  if (seen === undefined || !(await isStale(path, seen))) return;
  const aside = `${path}.${randomBytes(8).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return;
    throw thrown;
  }
  const moved = await readOwner(aside);
  if (moved !== undefined && moved.token !== seen.token) await link(aside, path).catch(ignoreExisting);
  await rm(aside, { force: true });
}

function ignoreExisting(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== "EEXIST") throw thrown;
}

async function isStale(path: string, owner: Owner): Promise<boolean> {
  if (owner.host === hostname() && !isAlive(owner.pid)) return true;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return ownerIn(await readText(path));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

/** The owner of a damaged lock file is unknown, so that the lock is taken over when it is stale. */
function ownerIn(text: string): Owner {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    if (typeof owner?.token === "string" && typeof owner.host === "string" && Number.isSafeInteger(owner.pid)) return owner as Owner;
  } catch {
    // A text that is not JSON has no owner either.
  }
  return { token: "", pid: 0, host: "" };
}
