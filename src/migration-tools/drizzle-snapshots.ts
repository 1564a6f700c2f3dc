import { basename } from "node:path";
import type { Repository } from "./repository.ts";

/** A snapshot of the schema that drizzle-kit keeps for a migration. */
export interface Snapshot {
  readonly path: string;
  /** The number that the migration has too. Undefined for a file with another name, which drizzle-kit reads all the same. */
  readonly number: string | undefined;
  /** The id of the snapshot that this one was generated from. Undefined for a text in which there is none. */
  readonly parent: string | undefined;
}

/** All files in the folder that `drizzle-kit check` reads: those whose name does not start with `_`. */
export async function snapshotsIn(repository: Repository, folder: string): Promise<readonly Snapshot[]> {
  const files = (await repository.list(folder)).filter((path) => !basename(path).startsWith("_"));
  return Promise.all(
    files.map(async (path) => {
      const number = /^(\d*)_snapshot\.json$/.exec(basename(path))?.[1];
      return { path, number, parent: parentIn((await repository.read(path)) ?? "") };
    }),
  );
}

/** drizzle-kit writes the ids first. The rest of a snapshot can be large and is then not parsed. */
function parentIn(text: string): string | undefined {
  const early = /^\s*\{[^{}]*?"prevId"\s*:\s*"([^"\\]+)"/.exec(text)?.[1];
  if (early !== undefined) return early;
  try {
    const value = JSON.parse(text) as { readonly prevId?: unknown } | null;
    return typeof value?.prevId === "string" ? value.prevId : undefined;
  } catch {
    // Whatever the file is, `drizzle-kit migrate` does not read it, so it makes no head.
    return undefined;
  }
}

/** The snapshots that no migration has and that have the parent of another snapshot. */
export function strayHeads(snapshots: readonly Snapshot[], numbers: readonly string[]): readonly string[] {
  const named = new Set(numbers);
  const isStray = ({ number }: Snapshot): boolean => number === undefined || !named.has(number);
  const shares = ({ path, parent }: Snapshot): boolean =>
    parent !== undefined && snapshots.some((other) => other.parent === parent && other.path !== path);
  return snapshots.filter((each) => isStray(each) && shares(each)).map(({ path }) => path);
}
