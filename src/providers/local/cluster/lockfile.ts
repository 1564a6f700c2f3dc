import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { type Deadline, jitter } from "../../../deadline.ts";
import { isAlive } from "../../../process/signals.ts";

/** The owner touches its lock this often … */
const BEAT_MS = 2000;

/** … and has lost it when it has not for this long: it is dead on another machine, or stopped. */
const STALE_MS = 15_000;

interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/**
 * Runs `work` while holding a lock file. A waiter asks `instead` before each try and is done when that has an answer.
 * The lock of a dead process is taken over at once. It spares work and noise: that two servers never share a data
 * directory is guarded by Postgres itself.
 */
export async function withLockFile<T>(
  path: string,
  within: Deadline,
  instead: () => Promise<T | undefined>,
  work: () => Promise<T>,
): Promise<T> {
  const owner: Owner = { token: randomBytes(8).toString("hex"), pid: process.pid, host: hostname() };
  for (let pauseMs = 10; !(await claim(path, owner)); pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const answer = await instead();
    if (answer !== undefined) return answer;
    await removeStale(path);
    await within.pause(jitter(pauseMs));
  }
  const beat = setInterval(() => {
    const now = new Date();
    // A lock that was taken away is none of ours to touch, and the next look finds out.
    utimes(path, now, now).catch(() => clearInterval(beat));
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
  }
}

/** A link makes the file appear whole, with its owner in it, or not at all. */
async function claim(path: string, owner: Owner): Promise<boolean> {
  const draft = `${path}.${owner.token}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Takes a dead owner's lock away. Of several at once one wins the rename; who catches a fresh lock by that puts it back. */
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
  const caught = await readOwner(aside);
  if (caught !== undefined && caught.token !== seen.token) await link(aside, path).catch(ignoreExisting);
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
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}
