import { fields } from "../request-body.ts";
import { endpointsOf, findBranch } from "../find.ts";
import type { Neon } from "../neon.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";
import { createdUris } from "../connection-uri.ts";
import { annotationJson, branchJson, databaseJson, endpointJson, operationJson, roleJson } from "../json.ts";
import { readMaskingRules } from "./masking.ts";
import { createBranch, type CreatedBranch } from "./create.ts";

/** `GET …/branches/{branch_id}` with the annotation. The switch `readLag` hides a new branch from some reads. */
export function getBranch(neon: Neon, project: Project, id: string): Reply {
  const branch = findBranch(neon, project, id);
  if (branch.hiddenReads > 0) {
    branch.hiddenReads -= 1;
    throw refused(404, "branch not found");
  }
  return { status: 200, body: { branch: branchJson(neon, branch), ...annotationPart(neon, branch) } };
}

function annotationPart(neon: Neon, branch: Branch): object {
  if (branch.annotation !== undefined || neon.switches.annotationWhenNone === "empty") return { annotation: annotationJson(branch) };
  return neon.switches.annotationWhenNone === "null" ? { annotation: null } : {};
}

/** The 201 reply to a create: everything except the annotation and the passwords of the roles. */
export function createdReply(neon: Neon, project: Project, created: CreatedBranch): Reply {
  const { branch, endpoints, operations } = created;
  return {
    status: 201,
    body: {
      branch: branchJson(neon, branch),
      endpoints: endpoints.map((endpoint) => endpointJson(neon, endpoint, project)),
      operations: operations.map((operation) => operationJson(neon, operation)),
      roles: [...branch.roles.values()].map((role) => roleJson(branch, role)),
      databases: [...branch.databases.values()].map((database) => databaseJson(branch, database)),
      ...createdUris(neon, project, branch, endpoints),
    },
  };
}

/** `POST …/branch_anonymized`: creates a branch that cannot be restored or lose its compute. The mock does not mask the data. */
export async function createAnonymizedBranch(neon: Neon, project: Project, body: unknown): Promise<Reply> {
  const request = fields(body, "body");
  const rules = readMaskingRules(body);
  const wanted = { ...fields(request["branch_create"], "branch_create"), annotation_value: request["annotation_value"] };
  const reason = "the branch is anonymized";
  const created = await createBranch(neon, project, wanted, [
    { name: "restore", reason },
    { name: "delete-rw-endpoint", reason },
  ]);
  created.branch.features.maskingRules = rules;
  return createdReply(neon, project, created);
}

export function listBranchEndpoints(neon: Neon, project: Project, id: string): Reply {
  const endpoints = endpointsOf(project, findBranch(neon, project, id));
  return { status: 200, body: { endpoints: endpoints.map((endpoint) => endpointJson(neon, endpoint, project)) } };
}
