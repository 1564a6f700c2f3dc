import { fields, requiredText, boolean } from "./request-body.ts";
import { findBranch, findRole } from "./find.ts";
import type { Neon } from "./neon.ts";
import { refuseWhenLocked, schedule } from "./operations.ts";
import { type Reply, refused } from "./reply.ts";
import type { Branch, Project, Role } from "./state.ts";
import { operationJson, roleJson } from "./json.ts";

export function listRoles(neon: Neon, project: Project, branchId: string): Reply {
  const branch = findBranch(neon, project, branchId);
  return { status: 200, body: { roles: [...branch.roles.values()].map((role) => roleJson(branch, role)) } };
}

export function getRole(neon: Neon, project: Project, branchId: string, name: string): Reply {
  const branch = findBranch(neon, project, branchId);
  return { status: 200, body: { role: roleJson(branch, findRole(branch, name)) } };
}

export function createRole(neon: Neon, project: Project, branchId: string, body: unknown): Reply {
  const branch = findBranch(neon, project, branchId);
  const request = fields(fields(body, "body")["role"], "role");
  const name = requiredText(request, "name", 63);
  refuseWhenLocked(neon, project, branch);
  if (branch.roles.has(name)) throw refused(409, "role already exists");
  const role = newRole(neon, name, boolean(request, "no_login") ?? false);
  branch.roles.set(name, role);
  return answer(neon, project, branch, role, 201, true);
}

export function deleteRole(neon: Neon, project: Project, branchId: string, name: string): Reply {
  const branch = findBranch(neon, project, branchId);
  const role = branch.roles.get(name);
  if (role === undefined) return { status: 204 };
  refuseWhenLocked(neon, project, branch);
  if ([...branch.databases.values()].some((database) => database.ownerName === name)) throw refused(422, "role owns databases");
  branch.roles.delete(name);
  return answer(neon, project, branch, role, 200, false);
}

/** 412 if the project does not store passwords (specification, getProjectBranchRolePassword). */
export function revealPassword(neon: Neon, project: Project, branchId: string, name: string): Reply {
  const role = findRole(findBranch(neon, project, branchId), name);
  if (!project.storesPasswords) throw refused(412, "passwords are not stored for this project");
  return { status: 200, body: { password: role.password } };
}

export function resetPassword(neon: Neon, project: Project, branchId: string, name: string): Reply {
  const branch = findBranch(neon, project, branchId);
  const role = findRole(branch, name);
  refuseWhenLocked(neon, project, branch);
  role.password = neon.ids.password();
  role.updatedAt = neon.clock.now();
  return answer(neon, project, branch, role, 200, true);
}

export function newRole(neon: Neon, name: string, noLogin = false): Role {
  const now = neon.clock.now();
  return { name, password: neon.ids.password(), noLogin, createdAt: now, updatedAt: now };
}

function answer(neon: Neon, project: Project, branch: Branch, role: Role, status: number, showPassword: boolean): Reply {
  const operations = schedule(neon, project, [
    { action: "apply_config", branchId: branch.id, work: () => neon.storage?.configure(branch) ?? Promise.resolve() },
  ]);
  const shown = { ...roleJson(branch, role), ...(showPassword && !role.noLogin ? { password: role.password } : {}) };
  return { status, body: { role: shown, operations: operations.map((operation) => operationJson(neon, operation)) } };
}
