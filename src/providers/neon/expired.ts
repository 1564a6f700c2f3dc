import { messageOf } from "../../errors.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, isUnderPrefix } from "./branch.ts";
import { guardOf } from "./deletion-guard.ts";

/** To make room for one branch, few have to go; the rest is for sweep. */
const MOST = 10;

/** Deletes a few of our own branches that have expired and returns how many: what is told in a line each. */
export async function removeExpired(api: NeonApi, parent: string | undefined, now: Date, bounds: Bounds): Promise<number> {
  const all = await api.branches(undefined, bounds);
  const stale = all.filter((branch) => isExpired(branch, now) && guardOf(branch, all, parent) === undefined && !hasChild(branch, all));
  let removed = 0;
  for (const { id, name } of stale.slice(0, MOST)) {
    try {
      if ((await api.deleteBranch(id, bounds, async () => {})) === "deleted") removed += 1;
      bounds.emit({ kind: "note", text: `The Neon project is full: removed ${name}, which had expired.` });
    } catch (thrown) {
      bounds.within.check();
      bounds.emit({ kind: "warning", text: `${name} has expired and could not be removed: ${messageOf(thrown)}` });
    }
  }
  return removed;
}

function isExpired(branch: Branch, now: Date): boolean {
  const { tag, expiresAt } = branch;
  if (tag?.kind !== "run" || branch.isGoing || !isUnderPrefix(branch)) return false;
  const until = expiresAt ?? (tag.expires === undefined ? undefined : new Date(tag.expires));
  return until !== undefined && until <= now;
}

function hasChild({ id }: Branch, all: readonly Branch[]): boolean {
  return all.some(({ parentId }) => parentId === id);
}
