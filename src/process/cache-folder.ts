import { statSync } from "node:fs";
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
