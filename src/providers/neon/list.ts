import type { Listed } from "../provider.ts";
import type { NeonApi } from "./api.ts";
import type { Bounds } from "./bounds.ts";
import { type Branch, isFailedBase, isReadyBase, isUnderPrefix } from "./branch.ts";
import { guardOf } from "./deletion-guard.ts";
import type { Endpoint } from "./wire.ts";

/** A branch is made within seconds; one that is still not ready after this serves nobody. */
const STILLBORN_MS = 30 * 60_000;

/** A base takes as long to build as the migrations take. */
const BUILDING_MS = 24 * 3_600_000;

/**
 * Everything under our prefix: all pages of the project's branches, and its computes for their last use. All branches
 * are read, since a stranger's branch that was started from one of ours decides about its fate.
 */
export async function list(api: NeonApi, parent: string | undefined, now: Date, bounds: Bounds): Promise<readonly Listed[]> {
  const [branches, endpoints] = await Promise.all([api.branches(undefined, bounds), api.endpoints(bounds)]);
  return toListed(branches, endpoints, parent, now);
}

/** Pure. A base is used when something is branched from it, any other branch when its compute is. */
export function toListed(
  branches: readonly Branch[],
  endpoints: readonly Endpoint[],
  parent: string | undefined,
  now: Date,
): readonly Listed[] {
  const living = branches.filter(({ isGoing }) => !isGoing);
  const children = new Map<string, Branch[]>();
  for (const branch of living)
    if (branch.parentId !== undefined) children.set(branch.parentId, [...(children.get(branch.parentId) ?? []), branch]);
  const activity = new Map(endpoints.map(({ branchId, lastActive }) => [branchId, lastActive]));
  return living.filter(isUnderPrefix).map((branch): Listed => {
    const { id, name, tag, createdAt } = branch;
    const own = children.get(id) ?? [];
    const uses = tag?.kind === "base" ? own.map((child) => child.createdAt) : [activity.get(id)];
    return {
      provider: "neon",
      id,
      name,
      kind: tag?.kind ?? "foreign",
      tag,
      createdAt,
      expiresAt: branch.expiresAt ?? (tag?.expires === undefined ? undefined : new Date(tag.expires)),
      lastUsedAt: latest(uses),
      sessions: undefined,
      sizeBytes: branch.sizeBytes,
      guarded: guardOf(branch, own, parent),
      parentId: branch.parentId,
      broken: isBroken(branch, now),
    };
  });
}

/** Tagged and created, but never of use: Neon never finished it, or a base that nobody finished. */
function isBroken(branch: Branch, now: Date): boolean {
  const ageMs = now.getTime() - branch.createdAt.getTime();
  if (branch.tag === undefined) return false;
  if (branch.state === "init" || isFailedBase(branch)) return ageMs > STILLBORN_MS;
  return branch.tag.kind === "base" && !isReadyBase(branch) && ageMs > BUILDING_MS;
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce((last, date) => (last === undefined || (date !== undefined && date > last) ? date : last), undefined);
}
