import { mkdirSync, statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it. Returns whether it made the folder. Node's own `mkdir` with `recursive` never returns where
 * a folder is missing and nobody can make it, as below /proc (nodejs/node, `MKDirpSync` in src/node_file.cc), and reports a
 * read-only file system as a missing folder.
 */
export async function makeFolders(path: string, mode?: number): Promise<boolean> {
  const make = (): Promise<boolean> => mkdir(path, { mode }).then(() => true);
  try {
    return await make().catch(async (thrown: unknown) => {
      if (errnoOf(thrown) !== "ENOENT" || dirname(path) === path) throw thrown;
      await makeFolders(dirname(path), mode);
      return make();
    });
  } catch (thrown) {
    if (errnoOf(thrown) === "EEXIST" && (await stat(path)).isDirectory()) return false;
    throw thrown;
  }
}

/** The same for the start of the program, which cannot wait. */
export function makeFoldersSync(path: string, mode?: number): boolean {
  const make = (): boolean => mkdirSync(path, { mode }) === undefined;
  try {
    try {
      return make();
    } catch (thrown) {
      if (errnoOf(thrown) !== "ENOENT" || dirname(path) === path) throw thrown;
      makeFoldersSync(dirname(path), mode);
      return make();
    }
  } catch (thrown) {
    if (errnoOf(thrown) === "EEXIST" && statSync(path).isDirectory()) return false;
    throw thrown;
  }
}

/** The start of the program loads this file, so it imports nothing of ours. */
function errnoOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}
