import { shortHash } from "../../identity/slug.ts";
import type { NeonSnapshot } from "./types.ts";

/**
 * Snapshots have no annotation, so the name is the mark: the name of the run's branch, the name that the user gave, and a hash of
 * both and of the branch's id, which Neon reports as the source. A snapshot that a person made or renamed does not have it.
 */
export function markedName(branchName: string, name: string, branchId: string): string {
  return `${branchName}@${name}.${shortHash(JSON.stringify([branchName, name, branchId]), 10)}`;
}

/** The name that the user gave a snapshot of that branch; undefined for every other snapshot. */
export function markedNameOf({ name: full, sourceBranchId }: NeonSnapshot, branchName: string): string | undefined {
  if (sourceBranchId === undefined || !full.startsWith(`${branchName}@`)) return undefined;
  const name = full.slice(branchName.length + 1).replace(/\.[0-9a-f]{10}$/, "");
  return markedName(branchName, name, sourceBranchId) === full ? name : undefined;
}
