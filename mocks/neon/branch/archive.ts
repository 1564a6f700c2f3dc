import type { Neon } from "../neon.ts";
import type { Step } from "../operations.ts";
import { refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";

export function markArchived(neon: Neon, branch: Branch): void {
  setState(neon, branch, "archived");
}

/** Unarchives a branch at once, with its parents, as a connection to its compute does. */
export function unarchive(neon: Neon, project: Project, branch: Branch): void {
  for (const each of archivedUpwards(project, branch)) setState(neon, each, "ready");
}

/** The operations that unarchive a branch, from its oldest archived parent down. None if it is not archived. */
export function unarchiveSteps(neon: Neon, project: Project, branch: Branch): readonly Step[] {
  return archivedUpwards(project, branch).map((each) => ({
    action: "timeline_unarchive",
    branchId: each.id,
    done: () => setState(neon, each, "ready"),
  }));
}

/** Refuses what would have more branches unarchived than the plan allows: one new branch, and those that `sources` unarchive. */
export function refuseUnarchived(neon: Neon, project: Project, sources: readonly Branch[]): void {
  const { unarchivedLimit } = neon.switches;
  if (unarchivedLimit === 0) return;
  const now = [...project.branches.values()].filter((branch) => branch.deletedAt === undefined && branch.state !== "archived").length;
  const more = 1 + sources.flatMap((source) => archivedUpwards(project, source)).length;
  if (now + more > unarchivedLimit) throw refused(422, "unarchived branches limit exceeded");
}

/** The archived ones of a branch and its parents, the oldest first. */
function archivedUpwards(project: Project, branch: Branch): readonly Branch[] {
  const found: Branch[] = [];
  for (let each: Branch | undefined = branch; each !== undefined; each = project.branches.get(each.parentId ?? "")) {
    if (each.state === "archived") found.unshift(each);
  }
  return found;
}

function setState(neon: Neon, branch: Branch, state: "ready" | "archived"): void {
  if (branch.deletedAt !== undefined) return;
  branch.state = state;
  branch.pendingState = undefined;
  branch.stateChangedAt = neon.clock.now();
}
