import { copyInto, markReady, newBranch } from "../branch/create.ts";
import { refuseBeyondLimits, refuseTakenName } from "../branch/limits.ts";
import { createdUris } from "../connection-uri.ts";
import { startStep, suspendStep } from "../endpoint.ts";
import { endpointsOf, findBranch } from "../find.ts";
import { branchJson, databaseJson, endpointJson, operationJson, roleJson } from "../json.ts";
import type { Neon } from "../neon.ts";
import { schedule, type Step } from "../operations.ts";
import { boolean, fields, text } from "../request-body.ts";
import { type Reply, refused } from "../reply.ts";
import type { Branch, Project } from "../state.ts";
import { findSnapshot } from "./snapshot.ts";

/** `POST …/snapshots/{snapshot_id}/restore`: a new root branch. With `finalize_restore` it replaces the target at once. */
export function restoreSnapshot(neon: Neon, project: Project, id: string, query: URLSearchParams, body: unknown): Reply {
  const snapshot = findSnapshot(project, id);
  const request = fields(body, "body");
  const target = findBranch(neon, project, text(request, "target_branch_id", 60) ?? snapshot.sourceBranchId);
  const finalize = boolean(request, "finalize_restore") ?? false;
  const name = text(request, "name") ?? query.get("name") ?? `${target.name}_from_${snapshot.name}`;
  refuseTakenName(neon, project, name);
  refuseBeyondLimits(neon, project, true);
  const branch = newBranch(neon, project, snapshot.image, { name, parentId: undefined, initSource: "parent-data" });
  Object.assign(branch.features, { restoredFrom: snapshot.id, restoredAs: target.id, restoreStatus: "restored" });
  project.branches.set(branch.id, branch);
  const operations = schedule(neon, project, [
    {
      action: "create_branch",
      branchId: branch.id,
      work: () => copyInto(neon, branch, snapshot.image),
      done: () => markReady(neon, branch),
    },
    ...(finalize ? replaceSteps(neon, project, branch, target, undefined) : []),
  ]);
  const endpoints = endpointsOf(project, branch);
  return {
    status: 200,
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

/** `POST …/finalize_restore`: a restored branch replaces its target. */
export function finalizeRestore(neon: Neon, project: Project, id: string, body: unknown): Reply {
  const branch = findBranch(neon, project, id);
  const { restoredAs, restoreStatus } = branch.features;
  if (restoredAs === undefined || restoreStatus !== "restored") throw refused(422, "the branch is not a restored branch");
  const target = findBranch(neon, project, restoredAs);
  const steps = replaceSteps(neon, project, branch, target, text(fields(body, "body"), "name"));
  return { status: 200, body: { operations: schedule(neon, project, steps).map((operation) => operationJson(neon, operation)) } };
}

/** Gives a branch the name, the computes and the place of another one, which is kept under `oldName`. */
function replaceSteps(neon: Neon, project: Project, branch: Branch, target: Branch, oldName: string | undefined): readonly Step[] {
  const kept = oldName ?? `${target.name}_old_${neon.ids.number()}`;
  refuseTakenName(neon, project, kept);
  const endpoints = endpointsOf(project, target);
  const name = target.name;
  return endpoints.length === 0
    ? [{ action: "apply_config", branchId: branch.id, done: () => swap(neon, branch, target, name, kept) }]
    : endpoints.flatMap((endpoint, index): Step[] => {
        const suspend = suspendStep(neon, endpoint);
        return [
          {
            ...suspend,
            done() {
              suspend.done?.();
              endpoint.branchId = branch.id;
              if (index === 0) swap(neon, branch, target, name, kept);
            },
          },
          startStep(neon, project, endpoint),
        ];
      });
}

function swap(neon: Neon, branch: Branch, target: Branch, name: string, kept: string): void {
  target.name = kept;
  branch.name = name;
  branch.isDefault = target.isDefault;
  target.isDefault = false;
  branch.features.restoreStatus = "finalized";
  for (const each of [branch, target]) each.updatedAt = neon.clock.now();
}
