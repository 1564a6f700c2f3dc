import type { Neon } from "./neon.ts";
import { refused } from "./reply.ts";
import type { Branch, Endpoint, Project, Role } from "./state.ts";

export function findProject(neon: Neon, id: string): Project {
  const project = neon.state.projects.get(id);
  if (project === undefined) throw refused(neon.switches.unknownProjectStatus, "project not found");
  return project;
}

/** Whether reads show a branch: it is not deleted, and its deletion does not hide it. */
export function isVisible(neon: Neon, branch: Branch): boolean {
  return !branch.isDeleted && (branch.deletedAt === undefined || neon.switches.deletingVisible);
}

export function findBranch(neon: Neon, project: Project, id: string): Branch {
  const branch = project.branches.get(id);
  if (branch === undefined || !isVisible(neon, branch)) throw refused(404, "branch not found");
  return branch;
}

export function liveBranches(project: Project): Branch[] {
  return [...project.branches.values()].filter((branch) => branch.deletedAt === undefined);
}

export function defaultBranch(project: Project): Branch {
  const branch = liveBranches(project).find((candidate) => candidate.isDefault);
  if (branch === undefined) throw new Error("The default branch of the Neon mock is missing.");
  return branch;
}

/** The children of a branch. A branch with children cannot be deleted and cannot expire. */
export function childrenOf(neon: Neon, project: Project, branch: Branch): Branch[] {
  return [...project.branches.values()].filter(
    (child) => child.parentId === branch.id && !child.isDeleted && (child.deletedAt === undefined || neon.switches.deletingChildBlocks),
  );
}

export function endpointsOf(project: Project, branch: Branch): Endpoint[] {
  return [...project.endpoints.values()].filter((endpoint) => endpoint.branchId === branch.id);
}

export function findEndpoint(project: Project, id: string): Endpoint {
  const endpoint = project.endpoints.get(id);
  if (endpoint === undefined) throw refused(404, "endpoint not found");
  return endpoint;
}

export function findRole(branch: Branch, name: string): Role {
  const role = branch.roles.get(name);
  if (role === undefined) throw refused(404, "role not found");
  return role;
}
