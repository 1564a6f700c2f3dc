import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "../environment.ts";

/**
 * The folder for Node's compiled code: in the cache folder of this user. Node's default is a folder with a known name in
 * the shared temporary folder, where another user of the machine could put code. Undefined, so without a cache, when the
 * home folder belongs to another user, as with `sudo -E`, or does not exist.
 */
export function compileCacheFolder(env: Env, userId: number | undefined): string | undefined {
  if (env["NODE_COMPILE_CACHE"] !== undefined) return env["NODE_COMPILE_CACHE"];
  try {
    const home = homedir();
    if (userId !== undefined && statSync(home).uid !== userId) return undefined;
    const cache = env["XDG_CACHE_HOME"];
    return join(cache?.startsWith("/") === true ? cache : join(home, ".cache"), "offshoot", "node");
  } catch {
    return undefined;
  }
}
