import { jitter } from "../../deadline.ts";
import { isOffshootError, messageOf } from "../../errors.ts";
import type { SnapshotRequest, StoredSnapshot } from "../snapshots.ts";
import { factsOf, isCreateLost, isFormless, isNameTaken, isNotReady } from "./api-errors.ts";
import { downCommand } from "./branches.ts";
import type { Setup } from "./options.ts";
import { waitUntilFinished } from "./ready.ts";
import { replaceBy } from "./replace.ts";
import { isSnapshotBranch, snapshotBranchName } from "./restored.ts";
import { explained, MOST_ATTEMPTS, requireOwn } from "./snapshots.ts";
import type { Branch, CallContext, NeonApi, RestoredBranch } from "./types.ts";

/**
 * Replaces the contents of a run's branch by those of a snapshot. Neon could put a new branch in its place, but that would have no
 * annotation, so that nothing could prove later whose it is. So the snapshot becomes a branch with a mark (`restored.ts`), from
 * which the run's branch is restored: it keeps its id, name, annotation, expiry and compute. Neon makes the branch of the snapshot
 * its parent. That cannot expire while it has a child, and is deleted after the run's branch, or by `offshoot sweep`.
 */
export async function restoreSnapshot(
  setup: Setup,
  name: string,
  snapshot: StoredSnapshot,
  { check }: Pick<SnapshotRequest, "check">,
  context: CallContext,
): Promise<Branch> {
  const target = await requireOwn(setup, name, check, "restored", context);
  const source = await makeBranch(setup, { name: snapshotBranchName(name, snapshot.id), target, snapshot }, context);
  await waitUntilFinished(setup.api, source.operations, context, setup.dependencies.random);
  const branch = await replaceBy(setup, target, { source_branch_id: source.branch.id }, "restored", context).catch(
    async (thrown: unknown) => {
      // Neon has refused it, so the branch of the snapshot is of no use.
      if (isOffshootError(thrown) && thrown.code === "PROTECTED") await removeSnapshotBranches(setup.api, name, target.parentId, context);
      throw thrown;
    },
  );
  await removeSnapshotBranches(setup.api, name, source.branch.id, context);
  const text = `Neon keeps the branch ${source.branch.name} as the parent of the run's branch. ${downCommand(target.tag?.run)} deletes both. If the run's branch expires instead, \`offshoot sweep --yes\` deletes it.`;
  context.emit({ kind: "note", text });
  return { ...branch, tag: target.tag };
}

interface Wanted {
  readonly name: string;
  readonly target: Branch;
  readonly snapshot: StoredSnapshot;
}

/** Creates the branch, or finds the one of an earlier restore of the same snapshot: also of a process that was killed. */
async function makeBranch(setup: Setup, { name, target, snapshot }: Wanted, context: CallContext): Promise<RestoredBranch> {
  const { api, dependencies } = setup;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.restoreSnapshot(snapshot.id, { name, target: target.id }, context);
    } catch (thrown) {
      const facts = factsOf(thrown);
      if (facts === undefined) throw thrown;
      const isLost = isCreateLost(facts);
      if (isLost || isFormless(facts) || isNameTaken(facts)) {
        const found = await findMade(api, name, target.tag?.run, context);
        if (found?.tag !== undefined) return { branch: found, operations: [] };
      }
      const mayHelp = isLost || isNameTaken(facts) || isNotReady(facts);
      if (!mayHelp || attempt === MOST_ATTEMPTS) throw explained(target, facts) ?? thrown;
    }
    await context.deadline.pause(jitter(500 * attempt, dependencies.random));
  }
}

/** The branch of a snapshot, if an earlier request has created it. Warns when the search fails too. */
async function findMade(api: NeonApi, name: string, run: string | undefined, context: CallContext): Promise<Branch | undefined> {
  try {
    return (await api.branches(name, context)).find((branch) => branch.name === name && !branch.isBeingDeleted);
  } catch (thrown) {
    const text = `Neon may have created the branch ${name}, but its reply was lost. It has no expiry: ${downCommand(run)} or \`offshoot sweep --yes\` deletes it.`;
    context.emit({ kind: "warning", text });
    throw thrown;
  }
}

/** Deletes the branches of snapshots that a run's branch does not need any more. What cannot be deleted is named in a warning. */
export async function removeSnapshotBranches(
  api: NeonApi,
  name: string,
  needed: string | undefined,
  context: CallContext,
  known?: readonly Branch[],
): Promise<void> {
  const all = known ?? (await api.branches(name, context));
  for (const branch of all) {
    if (!isSnapshotBranch(branch, name) || branch.id === needed || branch.isBeingDeleted || branch.isProtected || branch.isDefault)
      continue;
    try {
      await deleteSoon(api, branch, context);
    } catch (thrown) {
      context.deadline.check();
      const text = `The branch ${branch.name} could not be deleted (${messageOf(thrown)}). \`offshoot sweep --yes\` deletes it later.`;
      context.emit({ kind: "warning", text });
    }
  }
}

/** Until Neon has finished with its child, it refuses the deletion. */
async function deleteSoon(api: NeonApi, { id }: Branch, context: CallContext): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await api.deleteBranch(id, context, async () => {});
      return;
    } catch (thrown) {
      if (factsOf(thrown)?.status !== 422 || attempt === MOST_ATTEMPTS) throw thrown;
    }
    await context.deadline.pause(500 * attempt);
  }
}
