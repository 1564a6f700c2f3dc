import { dirname, join, relative, resolve } from "node:path";
import { OffshootError } from "../errors.ts";
import { isForeign } from "../foreign-entry.ts";
import { ownCommand } from "../shell-command.ts";
import { lstat } from "../file-facts.ts";

/** The possible names of the configuration file. The first one that exists is used. */
export const FILE_NAMES = ["offshoot.yaml", "offshoot.yml"] as const;

export interface FoundFile {
  /** Absolute path. Undefined if there is no configuration file. */
  readonly file: string | undefined;
  /** The folder of the file, or `cwd` without a file. Paths in the settings are relative to it. */
  readonly directory: string;
  /** The name of the file in messages: its path relative to `cwd`. */
  readonly label: string;
  readonly warnings: readonly string[];
}

/**
 * Finds the configuration file: the named file, or the first one between `cwd` and the root of its git repository.
 * Outside of a git repository only `cwd` is searched. A file in a parent folder could belong to another user, and
 * offshoot would run its commands. For the same reason the repository of another user does not count, and a file of another user
 * is used only when it is named. Throws `CONFIG_UNREADABLE` for such a file.
 */
export async function findConfigurationFile(cwd: string, named?: string): Promise<FoundFile> {
  const start = resolve(cwd);
  if (named !== undefined) return found(start, resolve(start, named), []);
  for (const directory of await foldersUp(start)) {
    const present = await filter(FILE_NAMES, (name) => exists(join(directory, name)));
    const [taken, ignored] = present;
    if (taken === undefined) continue;
    const file = join(directory, taken);
    if (await isForeign(file, start)) throw fileOfOther(relative(start, file));
    return found(
      start,
      file,
      ignored === undefined ? [] : [`${ignored} is ignored because ${taken} is in the same folder; delete one of them`],
    );
  }
  return { file: undefined, directory: start, label: FILE_NAMES[0], warnings: [] };
}

function fileOfOther(label: string): OffshootError {
  return new OffshootError("CONFIG_UNREADABLE", `The configuration file ${label} belongs to another user of this machine.`, {
    meaning: "offshoot would run the commands in it as you. Nothing was done.",
    remedy: `Read it. If you trust it, name it: ${ownCommand(["doctor", "--config", label])}`,
    facts: { file: label },
  });
}

function found(cwd: string, file: string, warnings: readonly string[]): FoundFile {
  return { file, directory: dirname(file), label: relative(cwd, file) || file, warnings };
}

async function foldersUp(start: string): Promise<readonly string[]> {
  const folders = [start];
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder !== start) folders.push(folder);
    const git = join(folder, ".git");
    if ((await exists(git)) && !(await isForeign(git, start))) return folders;
    if (dirname(folder) === folder) return [start];
  }
}

async function filter<Item>(items: readonly Item[], keep: (item: Item) => Promise<boolean>): Promise<readonly Item[]> {
  const kept = await Promise.all(items.map(keep));
  return items.filter((_, index) => kept[index]);
}

/** A broken symbolic link counts as existing. Reading it then gives a clear error. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
