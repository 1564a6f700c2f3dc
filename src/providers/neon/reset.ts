import { OffshootError } from "../../errors.ts";
import type { ResetOptions } from "../provider.ts";
import { pickByName } from "./branches.ts";
import { pastState } from "./branch-request.ts";
import { requireDeletable } from "./deletion-guard.ts";
import type { Setup } from "./options.ts";
import { requireBranch } from "./parent.ts";
import { AGAIN, replaceBy } from "./replace.ts";
import { removeSnapshotBranches } from "./restore.ts";
import { isSnapshotBranch } from "./restored.ts";
import type { Branch, CallContext, RestoreSource } from "./types.ts";

/**
 * Replaces the contents of a run's branch by the state of its parent, and waits until Neon has done that. The branch keeps its
 * id, its name, its annotation and its compute, so its URL stays. Undefined if there is no such branch. Throws `NOT_OURS`,
 * `PROTECTED`, and `PROVIDER_REJECTED` for a branch that Neon cannot reset.
 */
export async function resetBranch(
  setup: Setup,
  name: string,
  { check }: Pick<ResetOptions, "check">,
  context: CallContext,
): Promise<Branch | undefined> {
  const { api, choices } = setup;
  const all = await api.branches(name, context);
  const found = pickByName(all, name);
  if (found === undefined || found.isBeingDeleted) return undefined;
  requireDeletable(found, choices.parent, "reset");
  if (found.tag !== undefined) check?.(found.tag);
  const source = await sourceOf(setup, found, all, context);
  const branch = await replaceBy(setup, found, source, "reset", context);
  await removeSnapshotBranches(api, name, undefined, context, all);
  return branch;
}

/** The parent, in the past state that the settings name: the run's branch started from that. A base has no past state. */
async function sourceOf(setup: Setup, branch: Branch, all: readonly Branch[], context: CallContext): Promise<RestoreSource> {
  const { api, choices, base } = setup;
  const { id, name, parentId, restrictedActions } = branch;
  if (restrictedActions.includes("restore")) {
    throw cannotReset(name, id, "Neon does not reset a branch with masked data", "Neon would copy the data again without masking it.");
  }
  if (parentId === undefined || choices.schemaOnly)
    throw cannotReset(name, id, "it has no parent branch", "A branch that was created with neon.schemaOnly is a root branch.");
  // After a restore, the parent is the branch of the snapshot.
  const wasRestored = all.some((other) => other.id === parentId && isSnapshotBranch(other));
  const from = wasRestored ? (await requireBranch(api, undefined, choices.parent, context)).id : parentId;
  const { parent_lsn: lsn, parent_timestamp: timestamp } = pastState(base ? undefined : choices.parentAt);
  return {
    source_branch_id: from,
    ...(lsn === undefined ? {} : { source_lsn: lsn }),
    ...(timestamp === undefined ? {} : { source_timestamp: timestamp }),
  };
}

function cannotReset(name: string, id: string, why: string, meaning: string): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The Neon branch ${name} (${id}) was not reset: ${why}.`, {
    meaning,
    remedy: AGAIN,
    facts: { branch: id },
  });
}
