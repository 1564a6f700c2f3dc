import type { Neon } from "../neon.ts";
import { refused } from "../reply.ts";
import type { Project } from "../state.ts";

/** Refuses what would exceed the plan: all branches, or those without a parent. */
export function refuseBeyondLimits(neon: Neon, project: Project, isRoot: boolean): void {
  const branches = [...project.branches.values()];
  const counted = branches.filter((branch) => branch.deletedAt === undefined || (neon.switches.deletedCounts && neon.switches.softDelete));
  const code = (name: string): string => (neon.switches.errorCodes ? name : "");
  if (counted.length >= neon.branchLimit) throw refused(422, "branches limit exceeded", code("BRANCHES_LIMIT_EXCEEDED"));
  const roots = counted.filter((branch) => branch.parentId === undefined);
  if (isRoot && roots.length >= neon.rootBranchLimit) {
    throw refused(422, "root branches limit exceeded", code("ROOT_BRANCHES_LIMIT_EXCEEDED"));
  }
}

/** Names are unique among the branches of a project. */
export function refuseTakenName(neon: Neon, project: Project, name: string): void {
  const taken = [...project.branches.values()].some(
    (branch) => branch.name === name && (branch.deletedAt === undefined || neon.switches.deletedNameBlocks),
  );
  if (!taken) return;
  const code = neon.switches.errorCodes ? "BRANCH_ALREADY_EXISTS" : "";
  throw refused(neon.switches.duplicateNameStatus, `branch already exists; branch_name:"${name}"`, code);
}
