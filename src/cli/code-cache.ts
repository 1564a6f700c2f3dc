import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Script } from "node:vm";
import { makeFoldersSync } from "../make-folders.ts";

/** The end of each file of the cache. A file that was not written completely has another one. */
const END = Buffer.from("offshoot");

/** Loads a file and everything that it requires. */
export type Load = (file: string) => unknown;

/**
 * Loads modules in CommonJS with compiled code from a folder, for Node 20, which has no such cache: half of the time of a short
 * command is compilation. What was compiled is kept at the end of the process. Node checks that compiled code is of its own
 * version and flags. The folder must belong to one build of offshoot: the code is not compared with the source. `external` loads
 * the modules of Node.
 */
export function cachingLoader(folder: string, external: NodeJS.Require, host: NodeJS.Process): Load {
  const modules = new Map<string, { exports: unknown }>();
  const compiled: { readonly file: string; readonly script: Script }[] = [];
  host.once("exit", () => keep(folder, compiled));
  return function load(file) {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const made: { exports: unknown } = { exports: {} };
    modules.set(file, made);
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "utf8")}\n})`;
    const script = new Script(source, { filename: file, cachedData: kept(join(folder, basename(file))) });
    if (script.cachedDataRejected !== false) compiled.push({ file, script });
    const require = (id: string): unknown => (id.startsWith(".") ? load(join(dirname(file), id)) : (external(id) as unknown));
    const run = script.runInThisContext() as (...args: readonly unknown[]) => void;
    run(made.exports, require, made, file, dirname(file));
    return made.exports;
  };
}

function kept(path: string): Buffer | undefined {
  try {
    const data = readFileSync(path);
    const end = data.length - END.length;
    return data.subarray(end).equals(END) ? data.subarray(0, end) : undefined;
  } catch {
    return undefined;
  }
}

/** Several processes can keep the same file. The cache is only for speed, so a failure, as on a full disk, is ignored. */
function keep(folder: string, compiled: readonly { readonly file: string; readonly script: Script }[]): void {
  if (compiled.length === 0) return;
  try {
    if (makeFoldersSync(folder, 0o700)) deleteOldBuilds(dirname(folder));
    for (const { file, script } of compiled) {
      const path = join(folder, basename(file));
      const draft = `${path}.${process.pid}`;
      writeFileSync(draft, Buffer.concat([script.createCachedData(), END]), { mode: 0o600 });
      renameSync(draft, path);
    }
  } catch {
    // The next process compiles again.
  }
}

/** Several versions can be used on one machine, each with half a megabyte. */
const MOST_BUILDS = 5;

function deleteOldBuilds(parent: string): void {
  const builds = readdirSync(parent).map((name) => ({ path: join(parent, name), at: statSync(join(parent, name)).mtimeMs }));
  for (const { path } of builds.toSorted((one, other) => other.at - one.at).slice(MOST_BUILDS))
    rmSync(path, { recursive: true, force: true });
}
