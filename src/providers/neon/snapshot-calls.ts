import { factsOf, isMissing } from "./api-errors.ts";
import { toBranch, toNeonTime } from "./branches.ts";
import type { SendRequest } from "./client.ts";
import type { SnapshotReply } from "./replies.ts";
import type { NeonSnapshot, SnapshotCalls } from "./types.ts";

export function snapshotCalls(projectId: string, send: SendRequest): SnapshotCalls {
  return {
    async snapshots(context) {
      const reply = await send("snapshots", context, "GET snapshots", "list the snapshots", (api, limits) =>
        api.listSnapshots(projectId, limits),
      );
      return reply.snapshots.map(toSnapshot);
    },
    async createSnapshot(branchId, { name, expiresAt }, context) {
      const query = { projectId, branchId, name, expires_at: toNeonTime(expiresAt) };
      const reply = await send("createSnapshot", context, "POST snapshot", "create the snapshot", (api, limits) =>
        api.createSnapshot(query, limits),
      );
      return { snapshot: toSnapshot(reply.snapshot), operations: reply.operations };
    },
    async deleteSnapshot(id, context) {
      try {
        await send("deleteSnapshot", context, "DELETE snapshot", "delete the snapshot", (api, limits) =>
          api.deleteSnapshot(projectId, id, limits),
        );
        return "deleted";
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts === undefined || !isMissing(facts)) throw thrown;
        return undefined;
      }
    },
    async restoreSnapshot(id, { name, target }, context) {
      const body = { name, target_branch_id: target, finalize_restore: false };
      const reply = await send("restoreSnapshot", context, "POST snapshot restore", "restore the snapshot", (api, limits) =>
        api.restoreSnapshot({ projectId, snapshotId: id }, body, limits),
      );
      return { branch: toBranch(reply.branch, undefined), operations: reply.operations };
    },
  };
}

function toSnapshot(reply: SnapshotReply): NeonSnapshot {
  return {
    id: reply.id,
    name: reply.name,
    sourceBranchId: reply.source_branch_id,
    createdAt: new Date(reply.created_at),
    expiresAt: reply.expires_at === undefined ? undefined : new Date(reply.expires_at),
    sizeBytes: reply.full_size,
  };
}
