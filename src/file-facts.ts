import { accessSync, type Dirent, existsSync, lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";

/**
 * What is known of a path, with the results and errors of `node:fs/promises`. That module passes each call to another thread, which
 * takes ten times as long as the answer, and a command asks some seventy times before it does its work. Loops over the files of a
 * whole project belong into that module, because this one answers no signal meanwhile.
 */
export async function stat(path: string): Promise<Stats> {
  return statSync(path);
}

/** The same for a symbolic link itself. */
export async function lstat(path: string): Promise<Stats> {
  return lstatSync(path);
}

/** Most places where something can be do not exist, and each error for that takes as long as ten answers. */
export function isThere(path: string): boolean {
  return existsSync(path);
}

export async function access(path: string, mode?: number): Promise<void> {
  accessSync(path, mode);
}

export async function realpath(path: string): Promise<string> {
  return realpathSync.native(path);
}

/** The names in one folder. */
export async function namesIn(path: string): Promise<string[]> {
  return readdirSync(path);
}

/** The entries of one folder. */
export async function entriesIn(path: string): Promise<Dirent[]> {
  return readdirSync(path, { withFileTypes: true });
}
