import { closeEndpoint } from "../endpoint.ts";
import { childrenOf, endpointsOf } from "../find.ts";
import type { Neon } from "../neon.ts";
import { refuseWhenLocked, schedule, type Step } from "../operations.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Operation, Project } from "../state.ts";
import { branchJson, operationJson } from "../json.ts";

/** `DELETE …/branches/{branch_id}`: 200 if a deletion starts, 204 if there is nothing to delete. */
export function deleteBranch(neon: Neon, project: Project, id: string, query = new URLSearchParams()): Reply {
  const { hardDelete } = neon.switches;
  if (hardDelete === "refused" && query.has("hard_delete")) throw refused(400, "hard_delete is not available for this project");
  const branch = project.branches.get(id);
  if (branch === undefined || branch.isDeleted) return missing(neon.switches.deleteMissing);
  if (branch.deletedAt !== undefined) return alreadyDeleting(neon, branch);
  refuseDeletion(neon, project, branch);
  refuseWhenLocked(neon, project, branch);
  const isHard = hardDelete === "supported" && query.get("hard_delete") === "true";
  const operations = startDeletion(neon, project, branch, "user", isHard);
  return {
    status: 200,
    body: { branch: branchJson(neon, branch), operations: operations.map((operation) => operationJson(neon, operation)) },
  };
}

/** Suspends the computes of a branch and deletes it. It counts as deleted from now on. */
export function startDeletion(neon: Neon, project: Project, branch: Branch, by: "user" | "ttl", isHard = false): readonly Operation[] {
  const now = neon.clock.now();
  branch.deletedAt = now;
  branch.deletedBy = by;
  branch.pendingState = "storage_deleted";
  branch.stateChangedAt = now;
  branch.updatedAt = now;
  const endpoints = endpointsOf(project, branch);
  const suspend = endpoints
    .filter((endpoint) => endpoint.state !== "idle")
    .map((endpoint): Step => ({ action: "suspend_compute", branchId: branch.id, endpointId: endpoint.id }));
  const remove: Step = {
    action: "delete_timeline",
    branchId: branch.id,
    async work() {
      for (const endpoint of endpoints) await neon.storage?.close(endpoint);
      await neon.storage?.drop(branch);
    },
    done() {
      for (const endpoint of endpoints) closeEndpoint(project, endpoint);
      branch.isDeleted = true;
      branch.state = "storage_deleted";
      branch.pendingState = undefined;
      if (!neon.switches.softDelete || isHard) project.branches.delete(branch.id);
    },
  };
  return schedule(neon, project, [...suspend, remove]);
}

function refuseDeletion(neon: Neon, project: Project, branch: Branch): void {
  const { deleteDefaultStatus, deleteProtectedStatus } = neon.switches;
  if (branch.isDefault) throw refused(deleteDefaultStatus, "cannot delete the default branch");
  const isFirstRoot = branch.parentId === undefined && [...project.branches.values()][0] === branch;
  if (isFirstRoot) throw refused(deleteDefaultStatus, "cannot delete the root branch");
  if (branch.isProtected) throw refused(deleteProtectedStatus, "cannot delete a protected branch");
  if (childrenOf(neon, project, branch).length > 0) throw refused(422, `cannot delete branch that has children: ${branch.id}`);
}

function missing(status: 204 | 404): Reply {
  if (status === 404) throw refused(404, "branch not found");
  return { status: 204 };
}

function alreadyDeleting(neon: Neon, branch: Branch): Reply {
  const status = neon.switches.deleteDeleting;
  if (status === 423) throw refused(423, "project already has running conflicting operations, scheduling of new ones is prohibited");
  return status === 200 ? { status, body: { branch: branchJson(neon, branch), operations: [] } } : missing(status);
}
