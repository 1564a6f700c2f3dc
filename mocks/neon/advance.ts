import { startDeletion } from "./branch/delete.ts";
import { setState } from "./endpoint.ts";
import type { Neon } from "./neon.ts";
import { advanceOperations } from "./operations.ts";

/** Brings the state to the time of the clock: finishes operations, deletes expired branches, suspends idle computes. */
export function advance(neon: Neon): void {
  advanceOperations(neon);
  const now = neon.clock.now();
  for (const project of neon.state.projects.values()) {
    for (const branch of project.branches.values()) {
      if (branch.expiresAt === undefined || branch.deletedAt !== undefined) continue;
      if (branch.expiresAt + neon.switches.reapLagMs <= now) startDeletion(neon, project, branch, "ttl");
    }
    for (const { id, expiresAt, image } of project.snapshots.values()) {
      if (expiresAt === undefined || expiresAt > now) continue;
      project.snapshots.delete(id);
      void neon.storage?.drop(image);
    }
    for (const endpoint of project.endpoints.values()) {
      // 0 means the default of 300 s, and values below 60 s mean 60 s (specification, SuspendTimeoutSeconds).
      const seconds = endpoint.suspendTimeoutSeconds === 0 ? 300 : Math.max(60, endpoint.suspendTimeoutSeconds);
      if (endpoint.suspendTimeoutSeconds === -1 || endpoint.state !== "active" || endpoint.pendingState !== undefined) continue;
      if (endpoint.lastActiveAt + seconds * 1000 > now) continue;
      setState(neon, endpoint, "idle");
      void neon.storage?.suspend(endpoint);
    }
  }
  advanceOperations(neon);
}
