import { lstatSync, type Stats, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "../environment.ts";

/**
 * The folder of offshoot in this user's cache folder (XDG Base Directory Specification). A folder with a known name in the
 * shared temporary folder is not used, because another user of the machine could put files there. Undefined when the home
 * folder belongs to another user, as with `sudo -E`, or does not exist.
 */
export function cacheFolder(env: Env, userId: number | undefined): string | undefined {
  try {
    const home = homedir();
    if (userId !== undefined && statSync(home).uid !== userId) return undefined;
    const cache = env["XDG_CACHE_HOME"];
    return join(cache?.startsWith("/") === true ? cache : join(home, ".cache"), "offshoot");
  } catch {
    return undefined;
  }
}

/**
 * The folder for small records of this user: `name` in `OFFSHOOT_HOME`, else in the cache folder. Undefined when there is none, and
 * when another user owns one of the two or can write to them, or has put a link there: the record would be written to a place
 * of that user's choice.
 */
export function recordFolder(env: Env, userId: number | undefined, name: string): string | undefined {
  const home = env["OFFSHOOT_HOME"];
  const folder = home?.startsWith("/") === true ? home : cacheFolder(env, userId);
  if (folder === undefined) return undefined;
  const path = join(folder, name);
  if (userId === undefined) return path;
  try {
    // The user can make a link to a disk of his own choice in place of the folder, but not below it.
    const isSafe =
      isClosed(statSync(folder, { throwIfNoEntry: false }), userId) && isClosed(lstatSync(path, { throwIfNoEntry: false }), userId);
    return isSafe ? path : undefined;
  } catch {
    return undefined;
  }
}

const STICKY = 0o1000;

/** Whether it is a folder of this user or root in which no other user can replace a file. One that does not exist is made later. */
function isClosed(found: Stats | undefined, userId: number): boolean {
  if (found === undefined) return true;
  const isOpen = (found.mode & 0o002) !== 0 && (found.mode & STICKY) === 0;
  return found.isDirectory() && (found.uid === userId || found.uid === 0) && !isOpen;
}
