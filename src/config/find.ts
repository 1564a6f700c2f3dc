import { lstat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

/** The names a configuration may have; the first one found is taken. */
export const FILE_NAMES = ["offshoot.yaml", "offshoot.yml"] as const;

export interface Found {
  /** Absolute; undefined where there is none. */
  readonly file: string | undefined;
  /** The file's folder, else `cwd`: what paths in the settings are relative to. */
  readonly directory: string;
  /** The file for people: relative to `cwd`. */
  readonly label: string;
  readonly warnings: readonly string[];
}

/**
 * Finds the configuration: the named file, else the first from `cwd` up to the root of its git repository. Outside of
 * a repository only `cwd` counts: a file further up may be anybody's, and its commands would be run.
 */
export async function findFile(cwd: string, named?: string): Promise<Found> {
  const start = resolve(cwd);
  if (named !== undefined) return found(start, resolve(start, named), []);
  for (const directory of await foldersUp(start)) {
    const present = await filter(FILE_NAMES, (name) => exists(join(directory, name)));
    const [taken, ignored] = present;
    if (taken === undefined) continue;
    return found(start, join(directory, taken), ignored === undefined ? [] : [`${ignored} is ignored, since ${taken} stands beside it`]);
  }
  return { file: undefined, directory: start, label: FILE_NAMES[0], warnings: [] };
}

function found(cwd: string, file: string, warnings: readonly string[]): Found {
  return { file, directory: dirname(file), label: relative(cwd, file) || file, warnings };
}

async function foldersUp(start: string): Promise<readonly string[]> {
  const folders = [start];
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder !== start) folders.push(folder);
    if (await exists(join(folder, ".git"))) return folders;
    if (dirname(folder) === folder) return [start];
  }
}

async function filter<Item>(items: readonly Item[], keep: (item: Item) => Promise<boolean>): Promise<readonly Item[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}

/** A link that leads nowhere counts, so that reading it tells. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
