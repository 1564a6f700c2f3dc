import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { Repository } from "./repository.ts";

// A script or a package.json that people wrote is far smaller.
const LARGEST_BYTES = 1024 * 1024;
const MOST_FILES = 500;

/** Reads the regular files in a folder, and nothing outside of it. */
export function repositoryAt(folder: string): Repository {
  const root = realpathSync(folder);
  const known = new Map<string, string | undefined>();
  return {
    read: (path) => {
      if (!known.has(path)) known.set(path, known.size < MOST_FILES ? readInside(root, path) : undefined);
      return known.get(path);
    },
    folders: (path) => foldersInside(root, path),
  };
}

function foldersInside(root: string, path: string): readonly string[] {
  try {
    const folder = realpathSync(join(root, path));
    if (folder !== root && !folder.startsWith(root + sep)) return [];
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && entry.name !== "node_modules" ? [entry.name] : [])).slice(0, MOST_FILES);
  } catch {
    // The packages that a pattern names need not exist.
    return [];
  }
}

function readInside(root: string, path: string): string | undefined {
  try {
    const file = realpathSync(join(root, path));
    const stats = statSync(file);
    if (!file.startsWith(root + sep) || !stats.isFile() || stats.size > LARGEST_BYTES) return undefined;
    return readFileSync(file, "utf8");
  } catch {
    // The rules treat a file that cannot be read like one that does not exist: the command is then not followed.
    return undefined;
  }
}
