import type { Listed } from "../provider.ts";
import { consoleUrl } from "./console-url.ts";
import { isFailedBase, isReadyBase, isUnderPrefix } from "./branches.ts";
import { guardOf } from "./deletion-guard.ts";
import type { ReadEverything } from "./everything.ts";
import type { Setup } from "./options.ts";
import { isSnapshotBranch } from "./restored.ts";
import type { Branch, CallContext, Endpoint } from "./types.ts";

/** Neon creates a branch within seconds. A branch that is not ready after this time is broken. */
const INCOMPLETE_MS = 30 * 60_000;

/** A base needs as much time as its migrations. */
const BUILDING_MS = 24 * 3_600_000;

/**
 * Everything under our prefix: all pages of the project's branches, and its computes for their last use. All branches are
 * read, because a branch of another owner may have been created from one of ours, which must then be kept.
 */
export async function list(setup: Setup, now: () => Date, read: ReadEverything, context: CallContext): Promise<readonly Listed[]> {
  const { branches, endpoints } = await read(context, true);
  return toListed(branches, endpoints, setup, now()).filter(isUnderPrefix);
}

/** All branches that are not being deleted. A base was last used when its youngest child was created; any other branch when its compute was last active. */
export function toListed(
  branches: readonly Branch[],
  endpoints: readonly Endpoint[],
  setup: Pick<Setup, "choices" | "apiHost" | "project">,
  now: Date,
): readonly Listed[] {
  const live = branches.filter(({ isBeingDeleted }) => !isBeingDeleted);
  const children = new Map<string, Branch[]>();
  for (const branch of live)
    if (branch.parentId !== undefined) children.set(branch.parentId, [...(children.get(branch.parentId) ?? []), branch]);
  const activity = new Map(endpoints.map(({ branchId, lastActive }) => [branchId, lastActive]));
  return live.map((branch): Listed => {
    const { id, name, tag, createdAt } = branch;
    const own = children.get(id) ?? [];
    const uses = tag?.kind === "base" ? own.map((child) => child.createdAt) : [activity.get(id)];
    return {
      provider: "neon",
      id,
      consoleUrl: consoleUrl(setup, id),
      name,
      kind: tag?.kind ?? "foreign",
      tag,
      createdAt,
      expiresAt: branch.expiresAt ?? (tag?.expires === undefined ? undefined : new Date(tag.expires)),
      lastUsedAt: latest(uses),
      sessions: undefined,
      sizeBytes: branch.sizeBytes,
      guarded: guardOf(branch, own, setup.choices.parent),
      parentId: branch.parentId,
      readAt: now,
      broken: isBroken(branch, now) || (isSnapshotBranch(branch) && own.length === 0 && isOlder(branch, INCOMPLETE_MS, now)),
    };
  });
}

/** Created by us but never usable: Neon did not finish the branch, or no run finished the base. */
function isBroken(branch: Branch, now: Date): boolean {
  const ageMs = now.getTime() - branch.createdAt.getTime();
  if (branch.tag === undefined) return false;
  if (branch.state === "init" || isFailedBase(branch)) return ageMs > INCOMPLETE_MS;
  return branch.tag.kind === "base" && !isReadyBase(branch) && ageMs > BUILDING_MS;
}

function isOlder({ createdAt }: Branch, ms: number, now: Date): boolean {
  return now.getTime() - createdAt.getTime() > ms;
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce((last, date) => (last === undefined || (date !== undefined && date > last) ? date : last), undefined);
}
