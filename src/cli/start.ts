import { fstatSync } from "node:fs";
import type module from "node:module";
import { join } from "node:path";
import { failUnlessSettled } from "../process/settled.ts";
import { cachingLoader } from "./code-cache.ts";
import { compileCacheFolder } from "./compile-cache.ts";
import { printReadyHelp } from "./ready-help.ts";

/** The build, which esbuild writes here: a hash of all files. */
declare const OFFSHOOT_BUILD: string;

/** Node 22 and later have their own cache of compiled code. The types are those of Node 20. */
type Module = typeof module & { readonly enableCompileCache?: (folder: string) => unknown };

/** The width of the help that the build has made. */
const WIDE = 100;

/** Whether the output is a terminal with fewer columns. Only there its stream is made, which takes half as long as the start of Node. */
function isNarrow(host: NodeJS.Process): boolean {
  const asksForHelp = /^(?:-h|--help)$/.test(host.argv.at(-1) ?? "");
  if (!asksForHelp || !isCharacterDevice(1)) return false;
  const { isTTY, columns } = host.stdout;
  return isTTY && columns > 0 && columns < WIDE;
}

function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}

/**
 * Starts the command line, in `main`, with compiled code from this user's cache. `require` is that of the caller, because making
 * another one on Node 20 loads the loader of ES modules.
 */
export function start(host: NodeJS.Process, main: string, require: NodeJS.Require): void {
  if (!isNarrow(host) && printReadyHelp(host.argv.slice(2), join(main, "../help.json"))) return;
  const folder = compileCacheFolder(host.env, host.getuid?.());
  const hasOwnCache = Number.parseInt(host.versions.node, 10) >= 22;
  if (folder !== undefined && hasOwnCache) (require("node:module") as Module).enableCompileCache?.(folder);
  const isCached = folder !== undefined && !hasOwnCache;
  const load = isCached ? cachingLoader(join(folder, `${host.version}-${host.arch}`, OFFSHOOT_BUILD), require, host) : require;
  const loaded = load(main) as { readonly main: (host: NodeJS.Process) => Promise<void> };
  failUnlessSettled(loaded.main(host), host);
}
