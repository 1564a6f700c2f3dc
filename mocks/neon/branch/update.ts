import { fields, text, boolean } from "../request-body.ts";
import { readExpiry, refuseExpiryOf, setExpiry } from "../expiry.ts";
import { findBranch, liveBranches } from "../find.ts";
import type { Neon } from "../neon.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";
import { branchJson } from "../json.ts";
import { refuseTakenName } from "./limits.ts";

/** `PATCH …/branches/{branch_id}`: changes the name, the protection and the expiry (null removes it). Annotations cannot be changed. */
export function updateBranch(neon: Neon, project: Project, id: string, body: unknown): Reply {
  const branch = requireLive(findBranch(neon, project, id));
  const wanted = fields(fields(body, "body")["branch"], "branch");
  const name = text(wanted, "name");
  const isProtected = boolean(wanted, "protected");
  const expiry = wanted["expires_at"];
  if (name !== undefined && name !== branch.name) refuseTakenName(neon, project, name);
  if (isProtected === true && branch.expiresAt !== undefined && expiry !== null) {
    throw refused(neon.switches.expiryRuleStatus, "a branch with an expiration cannot be protected");
  }
  if (typeof expiry === "string") {
    const expiresAt = readExpiry(neon, expiry);
    refuseExpiryOf(neon, project, { ...branch, isProtected: isProtected ?? branch.isProtected });
    if (neon.switches.expiresAt === "supported") setExpiry(neon, branch, expiresAt);
  } else if (expiry === null) setExpiry(neon, branch, undefined);
  branch.name = name ?? branch.name;
  branch.isProtected = isProtected ?? branch.isProtected;
  branch.updatedAt = neon.clock.now();
  return { status: 200, body: { branch: branchJson(neon, branch), operations: [] } };
}

/** `POST …/set_as_default`: replaces the default branch. A branch that expires cannot be the default branch. */
export function makeDefault(neon: Neon, project: Project, id: string): Reply {
  const branch = requireLive(findBranch(neon, project, id));
  if (branch.expiresAt !== undefined)
    throw refused(neon.switches.expiryRuleStatus, "a branch with an expiration cannot be the default branch");
  for (const other of liveBranches(project)) other.isDefault = other === branch;
  branch.updatedAt = neon.clock.now();
  return { status: 200, body: { branch: branchJson(neon, branch), operations: [] } };
}

/** `POST …/recover`: recovers a soft-deleted branch, without its expiry. */
export function recoverBranch(neon: Neon, project: Project, id: string): Reply {
  const branch = project.branches.get(id);
  if (branch === undefined || !branch.isDeleted) throw refused(404, "branch not found");
  refuseTakenName(neon, project, branch.name);
  Object.assign(branch, {
    deletedAt: undefined,
    deletedBy: undefined,
    isDeleted: false,
    state: "ready",
    expiresAt: undefined,
    ttlSeconds: undefined,
  });
  branch.updatedAt = neon.clock.now();
  return { status: 200, body: { branch: branchJson(neon, branch), endpoints: [] } };
}

function requireLive(branch: Branch): Branch {
  if (branch.deletedAt !== undefined) throw refused(404, "branch not found");
  return branch;
}
