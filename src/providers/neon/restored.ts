import { BASE_PREFIX } from "../../identity/name.ts";
import { NAME_PREFIX, type OwnerTag, timestamp } from "../../identity/owner-tag.ts";
import { shortHash } from "../../identity/slug.ts";
import type { BranchReply } from "./replies.ts";

const MIDDLE = "@snapshot.";

/**
 * The name of the branch that holds the state of a snapshot, so that the run's branch can be restored from it. It is then the
 * parent of the run's branch, and is deleted after that.
 */
export function snapshotBranchName(runBranch: string, snapshotId: string): string {
  return `${runBranch}${MIDDLE}${shortHash(snapshotId, 10)}`;
}

/** Whether a branch holds the state of a snapshot of that run, or of any run. */
export function isSnapshotBranch(
  { name, tag }: { readonly name: string; readonly tag: OwnerTag | undefined },
  runBranch?: string,
): boolean {
  return tag !== undefined && (runBranch === undefined ? name.includes(MIDDLE) : name.startsWith(`${runBranch}${MIDDLE}`));
}

/**
 * The tag of such a branch. Neon accepts no annotation when it makes a branch of a snapshot, and cannot add one later, so the name
 * is the mark: it ends in a hash of the snapshot's id, which Neon itself reports in `restored_from`. No other tool makes such a
 * name, and a person who copies it has another snapshot.
 */
export function restoredTag({ name, restored_from: from, created_at: created }: BranchReply): OwnerTag | undefined {
  const plain = name.slice(0, Math.max(0, name.lastIndexOf(MIDDLE)));
  if (from === undefined || !plain.startsWith(NAME_PREFIX) || plain.startsWith(BASE_PREFIX)) return undefined;
  if (name !== snapshotBranchName(plain, from)) return undefined;
  const path = plain.slice(NAME_PREFIX.length);
  const at = path.lastIndexOf("/");
  if (at < 1 || at === path.length - 1) return undefined;
  const none = { expires: undefined, ref: undefined, pullRequest: undefined, fingerprint: undefined };
  // A name that was shortened ends in a hash after two hyphens, and the whole key is not known then.
  const run = path.slice(at + 1).replace(/--[0-9a-f]{10}$/, "");
  return { tool: "offshoot", kind: "run", repository: path.slice(0, at), run, created: timestamp(new Date(created)), ...none };
}
