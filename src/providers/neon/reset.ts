import { jitter } from "../../deadline.ts";
import { OffshootError } from "../../errors.ts";
import type { ResetOptions } from "../provider.ts";
import { factsOf, hasChildren, isAmbiguous, isMissing, isNotReady } from "./api-errors.ts";
import { findByName } from "./branches.ts";
import { pastState } from "./create.ts";
import { guarded, requireDeletable } from "./deletion-guard.ts";
import type { Setup } from "./options.ts";
import { waitUntilFinished } from "./ready.ts";
import type { Branch, CallContext, RestoredBranch, RestoreSource } from "./types.ts";

/** A reset whose reply was lost is sent again at most this often. */
const MOST_ATTEMPTS = 5;

/** The longest time that the state of the branch is read again, in milliseconds. */
const LONGEST_POLL_MS = 4000;

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
  const found = await findByName(api, name, context);
  if (found === undefined || found.isBeingDeleted) return undefined;
  requireDeletable(found, choices.parent, "reset");
  if (found.tag !== undefined) check?.(found.tag);
  const accepted = await restore(setup, found, sourceOf(setup, found), context);
  if (accepted !== undefined) await waitUntilFinished(api, accepted.operations, context, setup.dependencies.random);
  // The annotation cannot change, and replies to a change do not contain it.
  return { ...(accepted?.branch ?? (await readFinished(setup, found, context))), tag: found.tag };
}

/** The parent, in the past state that the settings name: the run's branch started from that. A base has no past state. */
function sourceOf({ choices, base }: Setup, { id, name, parentId, restrictedActions }: Branch): RestoreSource {
  if (restrictedActions.includes("restore")) {
    throw cannotReset(name, id, "Neon does not reset a branch with masked data", "Neon would copy the data again without masking it.");
  }
  if (parentId === undefined)
    throw cannotReset(name, id, "it has no parent branch", "A branch that was created with neon.schemaOnly is a root branch.");
  const { parent_lsn: lsn, parent_timestamp: timestamp } = pastState(base ? undefined : choices.parentAt);
  return {
    source_branch_id: parentId,
    ...(lsn === undefined ? {} : { source_lsn: lsn }),
    ...(timestamp === undefined ? {} : { source_timestamp: timestamp }),
  };
}

/** Sends the reset. Undefined if the reply was lost, and the branch shows that Neon has executed it: then the operations are not known. */
async function restore(setup: Setup, branch: Branch, source: RestoreSource, context: CallContext): Promise<RestoredBranch | undefined> {
  const { api, dependencies } = setup;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.restoreBranch(branch.id, source, context);
    } catch (thrown) {
      const facts = factsOf(thrown);
      if (facts === undefined) throw thrown;
      if (hasChildren(facts)) throw await withChild(setup, branch, context);
      if (isMissing(facts)) throw missing(branch, facts.neonMessage);
      if (!(isAmbiguous(facts) || isNotReady(facts)) || attempt === MOST_ATTEMPTS) throw thrown;
      if (isAmbiguous(facts) && wasReset(branch, await api.branch(branch.id, context))) return undefined;
    }
    await context.deadline.pause(jitter(500 * attempt, dependencies.random));
  }
}

/** Reads the branch until Neon reports no further change. */
async function readFinished({ api, dependencies }: Setup, before: Branch, context: CallContext): Promise<Branch> {
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 1.6, LONGEST_POLL_MS)) {
    const now = await api.branch(before.id, context);
    if (now.isBeingDeleted) throw missing(before, "it is being deleted");
    if (!now.isChanging) return now;
    await context.deadline.pause(jitter(pauseMs, dependencies.random));
  }
}

function wasReset(before: Branch, now: Branch): boolean {
  return now.lastResetAt !== undefined && (before.lastResetAt === undefined || now.lastResetAt > before.lastResetAt);
}

async function withChild({ api }: Setup, { id, name }: Branch, context: CallContext): Promise<OffshootError> {
  const child = (await api.branches(undefined, context)).find(({ parentId, isBeingDeleted }) => parentId === id && !isBeingDeleted);
  const why = child === undefined ? "another branch was created from it" : `${child.name} was branched from it`;
  const remedy = child === undefined ? "Delete its child branches first." : `Delete the branch ${child.name} first.`;
  return guarded(name, id, why, remedy, "reset");
}

function missing({ id, name }: Branch, reason: string): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The Neon branch ${name} (${id}) was not reset: ${reason}.`, {
    meaning: "The branch or its parent was deleted meanwhile, or the past state of neon.parentAt is not available any more.",
    remedy: AGAIN,
    facts: { branch: id },
  });
}

const AGAIN = "Use `offshoot down` and then `offshoot up` to get a new branch.";

function cannotReset(name: string, id: string, why: string, meaning: string): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The Neon branch ${name} (${id}) was not reset: ${why}.`, {
    meaning,
    remedy: AGAIN,
    facts: { branch: id },
  });
}
