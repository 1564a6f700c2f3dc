import { join } from "node:path";
import type { Env } from "../environment.ts";
import { cacheFolder } from "../process/cache-folder.ts";

/**
 * The folder for Node's compiled code. Node's default is a folder with a known name in the shared temporary folder, where
 * another user of the machine could put code. Undefined, so without a cache, when this user has no cache folder.
 */
export function compileCacheFolder(env: Env, userId: number | undefined): string | undefined {
  if (env["NODE_COMPILE_CACHE"] !== undefined) return env["NODE_COMPILE_CACHE"];
  const folder = cacheFolder(env, userId);
  return folder && join(folder, "node");
}
