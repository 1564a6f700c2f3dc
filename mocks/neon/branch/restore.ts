import { fields, requiredText, text } from "../request-body.ts";
import { setExpiry } from "../expiry.ts";
import { childrenOf, endpointsOf, findBranch } from "../find.ts";
import type { Neon } from "../neon.ts";
import { refuseWhenLocked, schedule } from "../operations.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";
import { branchJson, operationJson } from "../json.ts";
import { markReady, newBranch } from "./create.ts";
import { refuseBeyondLimits, refuseTakenName } from "./limits.ts";
import { readPoint } from "./source.ts";

/**
 * `POST …/restore`: the branch gets the state of another branch, or its own past state. Its old state can be kept as a
 * backup branch, which then becomes the parent of its children. "Reset from parent" is a restore from the parent.
 */
export function restoreBranch(neon: Neon, project: Project, id: string, body: unknown): Reply {
  const branch = findBranch(neon, project, id);
  const request = fields(body, "body");
  const source = findBranch(neon, project, requiredText(request, "source_branch_id", 60));
  const point = readPoint(neon, project, text(request, "source_lsn"), text(request, "source_timestamp"));
  const keep = text(request, "preserve_under_name");
  refuseRestore(neon, project, branch, { self: source === branch, head: point.lsn === undefined && point.timestamp === undefined, keep });
  refuseWhenLocked(neon, project, branch);
  if (keep !== undefined) {
    refuseTakenName(neon, project, keep);
    refuseBeyondLimits(neon, project, false);
  }
  const backup = keep === undefined ? undefined : preserve(neon, project, branch, keep);
  takeState(neon, branch, source, backup);
  const endpoints = endpointsOf(project, branch);
  const operations = schedule(neon, project, [
    {
      action: "create_branch",
      branchId: branch.id,
      // The mock keeps no history, so a restore to the branch's own past keeps the present data.
      work: () => (source === branch ? keepHead(neon, branch, backup) : neon.storage?.restore(branch, source, backup)) ?? Promise.resolve(),
      done: () => (backup === undefined ? [branch] : [branch, backup]).forEach((each) => markReady(neon, each)),
    },
    ...endpoints.map((endpoint) => ({ action: "apply_config", branchId: branch.id, endpointId: endpoint.id })),
  ]);
  return {
    status: 200,
    body: { branch: branchJson(neon, branch), operations: operations.map((operation) => operationJson(neon, operation)) },
  };
}

function refuseRestore(
  neon: Neon,
  project: Project,
  branch: Branch,
  how: { self: boolean; head: boolean; keep: string | undefined },
): void {
  if (branch.isProtected) throw refused(422, "protected branches cannot be restored");
  if (branch.restrictedActions.some((action) => action.name === "restore")) throw refused(422, "restore is restricted for this branch");
  if (how.self && (how.head || how.keep === undefined)) {
    throw refused(400, "restoring a branch to its own past needs source_lsn or source_timestamp, and preserve_under_name");
  }
  if (how.keep === undefined && childrenOf(neon, project, branch).length > 0) {
    throw refused(422, "Branch has children, preserve_under_name is required");
  }
}

function preserve(neon: Neon, project: Project, branch: Branch, name: string): Branch {
  const backup = newBranch(neon, project, undefined, {
    name,
    parentId: branch.parentId,
    parentLsn: branch.parentLsn,
    initSource: branch.initSource,
  });
  backup.roles = new Map([...branch.roles].map(([role, value]) => [role, { ...value }]));
  backup.databases = new Map([...branch.databases].map(([database, value]) => [database, { ...value }]));
  for (const child of project.branches.values()) if (child.parentId === branch.id) child.parentId = backup.id;
  project.branches.set(backup.id, backup);
  return backup;
}

function takeState(neon: Neon, branch: Branch, source: Branch, backup: Branch | undefined): void {
  const now = neon.clock.now();
  branch.parentId = source === branch ? (backup?.id ?? branch.parentId) : source.id;
  branch.parentLsn = neon.ids.lsn();
  branch.state = "resetting";
  branch.pendingState = "ready";
  branch.stateChangedAt = now;
  branch.updatedAt = now;
  branch.lastResetAt = now;
  branch.roles = new Map([...source.roles].map(([name, role]) => [name, { ...role }]));
  branch.databases = new Map([...source.databases].map(([name, database]) => [name, { ...database }]));
  // A reset restarts the time to live (Neon docs, "Branch expiration").
  if (branch.ttlSeconds !== undefined) setExpiry(neon, branch, Math.floor(now / 1000) * 1000 + branch.ttlSeconds * 1000);
}

async function keepHead(neon: Neon, branch: Branch, backup: Branch | undefined): Promise<void> {
  if (backup !== undefined) await neon.storage?.copy(backup, branch);
}
