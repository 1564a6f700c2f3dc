import { newBranch } from "../branch/create.ts";
import { readPoint } from "../branch/source.ts";
import { findBranch } from "../find.ts";
import { type Json, operationJson, timestamp } from "../json.ts";
import type { Neon } from "../neon.ts";
import { refuseWhenLocked, schedule } from "../operations.ts";
import { fields, list, requiredText } from "../request-body.ts";
import { type Reply, refused } from "../reply.ts";
import type { Project, Snapshot } from "../state.ts";

/** `POST …/branches/{branch_id}/snapshot`: what the branch contains now. Neon makes them of root branches only (its page "Backup & restore"). */
export function createSnapshot(neon: Neon, project: Project, branchId: string, query: URLSearchParams): Reply {
  const branch = findBranch(neon, project, branchId);
  const point = readPoint(neon, project, query.get("lsn") ?? undefined, query.get("timestamp") ?? undefined);
  if (branch.parentId !== undefined && !neon.switches.snapshotsOfChildren) {
    throw refused(422, "snapshots can be created only from root branches");
  }
  const { snapshotLimit, errorCodes, snapshotExpiry } = neon.switches;
  if (snapshotLimit > 0 && project.snapshots.size >= snapshotLimit)
    throw refused(422, "snapshots limit exceeded", errorCodes ? "SNAPSHOTS_LIMIT_EXCEEDED" : "");
  if (branch.state === "init") throw refused(422, "branch not ready yet");
  refuseWhenLocked(neon, project, branch);
  const expiry = query.get("expires_at");
  if (expiry !== null && Number.isNaN(Date.parse(expiry))) throw refused(400, "expires_at must be an RFC 3339 date-time");
  const id = neon.ids.id("snap");
  const image = newBranch(neon, project, { ...branch, isProtected: false }, { name: id, parentId: undefined, initSource: "parent-data" });
  const snapshot: Snapshot = {
    id,
    name: query.get("name") ?? id,
    sourceBranchId: branch.id,
    lsn: point.lsn ?? neon.ids.lsn(),
    createdAt: neon.clock.now(),
    expiresAt: expiry === null || snapshotExpiry === "ignored" ? undefined : Date.parse(expiry),
    image,
  };
  project.snapshots.set(id, snapshot);
  const operations = schedule(neon, project, [
    { action: "create_branch", branchId: branch.id, work: () => neon.storage?.copy(image, branch) ?? Promise.resolve() },
  ]);
  return { status: 200, body: { snapshot: snapshotJson(snapshot), operations: operations.map((each) => operationJson(neon, each)) } };
}

export function listSnapshots(project: Project): Reply {
  return { status: 200, body: { snapshots: [...project.snapshots.values()].toReversed().map(snapshotJson) } };
}

export function updateSnapshot(project: Project, id: string, body: unknown): Reply {
  const snapshot = findSnapshot(project, id);
  snapshot.name = requiredText(fields(fields(body, "body")["snapshot"], "snapshot"), "name");
  return { status: 200, body: { snapshot: snapshotJson(snapshot) } };
}

/** `DELETE …/snapshots/{snapshot_id}`: 202 with the operation that deletes it. */
export function deleteSnapshot(neon: Neon, project: Project, id: string): Reply {
  const { image } = findSnapshot(project, id);
  project.snapshots.delete(id);
  const operations = schedule(neon, project, [{ action: "delete_timeline", work: () => neon.storage?.drop(image) ?? Promise.resolve() }]);
  return { status: 202, body: { operations: operations.map((each) => operationJson(neon, each)) } };
}

export function getSchedule(neon: Neon, project: Project, branchId: string): Reply {
  return { status: 200, body: { schedule: findBranch(neon, project, branchId).features.backupSchedule } };
}

export function setSchedule(neon: Neon, project: Project, branchId: string, body: unknown): Reply {
  const branch = findBranch(neon, project, branchId);
  const entries = list(fields(body, "body")["schedule"], "schedule");
  for (const entry of entries) requiredText(entry, "frequency");
  branch.features.backupSchedule = entries;
  return { status: 200, body: {} };
}

export function findSnapshot(project: Project, id: string): Snapshot {
  const snapshot = project.snapshots.get(id);
  if (snapshot === undefined) throw refused(404, "snapshot not found");
  return snapshot;
}

function snapshotJson(snapshot: Snapshot): Json {
  return {
    id: snapshot.id,
    name: snapshot.name,
    lsn: snapshot.lsn,
    source_branch_id: snapshot.sourceBranchId,
    created_at: timestamp(snapshot.createdAt),
    ...(snapshot.expiresAt === undefined ? {} : { expires_at: timestamp(snapshot.expiresAt) }),
    manual: true,
    full_size: 30_000_000,
  };
}
