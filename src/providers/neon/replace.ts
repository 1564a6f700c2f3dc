import { jitter } from "../../deadline.ts";
import { isOffshootError, OffshootError } from "../../errors.ts";
import { factsOf, hasChildren, isCreateLost, isFormless, isMissing, isNotReady } from "./api-errors.ts";
import { guarded } from "./deletion-guard.ts";
import type { Setup } from "./options.ts";
import { isPastStateRefused, unavailablePastState } from "./past-state.ts";
import { waitUntilFinished } from "./ready.ts";
import type { Branch, CallContext, RestoredBranch, RestoreSource } from "./types.ts";

/** What to do about a branch whose contents cannot be replaced. */
export const AGAIN = "Use `offshoot down` and then `offshoot up` to get a new branch.";

/** How often a request whose reply was lost is sent again at most. */
const MOST_ATTEMPTS = 5;

/** The longest time between two reads of the branch, in milliseconds. */
const LONGEST_POLL_MS = 4000;

type Done = "reset" | "restored";

/**
 * Replaces the contents of a run's branch by those of another branch, and waits until Neon has done that. Its id, name, annotation
 * and compute stay. Throws `PROTECTED` for a branch with children, and `PROVIDER_REJECTED`.
 */
export async function replaceBy(setup: Setup, branch: Branch, source: RestoreSource, done: Done, context: CallContext): Promise<Branch> {
  try {
    const accepted = await send(setup, branch, source, done, context);
    if (accepted !== undefined) await waitUntilFinished(setup.api, accepted.operations, context, setup.dependencies.random);
    // The annotation cannot change, and replies to a change do not contain it.
    return { ...(accepted?.branch ?? (await readFinished(setup, branch, done, context))), tag: branch.tag };
  } catch (thrown) {
    if (isUnknown(thrown)) {
      const text = `Neon may still replace the contents of the branch ${branch.name}. Run the command again before you use the branch.`;
      context.emit({ kind: "warning", text });
    }
    throw thrown;
  }
}

/** Nobody knows whether Neon has replaced the contents: the time is over, or the last reply was lost. */
function isUnknown(thrown: unknown): boolean {
  const facts = factsOf(thrown);
  if (facts !== undefined) return isCreateLost(facts) || isFormless(facts);
  return isOffshootError(thrown) && (thrown.code === "CANCELLED" || thrown.code === "TIMED_OUT");
}

/** Sends the request. Undefined if the reply was lost, and the branch shows that Neon has executed it: then the operations are not known. */
async function send(
  setup: Setup,
  branch: Branch,
  source: RestoreSource,
  done: Done,
  context: CallContext,
): Promise<RestoredBranch | undefined> {
  const { api, dependencies } = setup;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await api.restoreBranch(branch.id, source, context);
    } catch (thrown) {
      const facts = factsOf(thrown);
      if (facts === undefined) throw thrown;
      if (hasChildren(facts)) throw await withChild(setup, branch, done, context);
      const at = source.source_timestamp ?? source.source_lsn;
      if (at !== undefined && isPastStateRefused(facts))
        throw await unavailablePastState(setup, { branch: source.source_branch_id, at }, facts, context);
      if (isMissing(facts)) throw missing(branch, done, facts.neonMessage);
      const isLost = isCreateLost(facts);
      if ((isLost || isFormless(facts)) && wasReset(branch, await api.branch(branch.id, context))) return undefined;
      if (!(isLost || isNotReady(facts)) || attempt === MOST_ATTEMPTS) throw thrown;
    }
    await context.deadline.pause(jitter(500 * attempt, dependencies.random));
  }
}

/** Reads the branch until Neon reports no further change. */
async function readFinished({ api, dependencies }: Setup, before: Branch, done: Done, context: CallContext): Promise<Branch> {
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 1.6, LONGEST_POLL_MS)) {
    const now = await api.branch(before.id, context);
    if (now.isBeingDeleted) throw missing(before, done, "it is being deleted");
    if (!now.isChanging) return now;
    await context.deadline.pause(jitter(pauseMs, dependencies.random));
  }
}

function wasReset(before: Branch, now: Branch): boolean {
  return now.lastResetAt !== undefined && (before.lastResetAt === undefined || now.lastResetAt > before.lastResetAt);
}

async function withChild({ api }: Setup, { id, name }: Branch, done: Done, context: CallContext): Promise<OffshootError> {
  const child = (await api.branches(undefined, context)).find(({ parentId, isBeingDeleted }) => parentId === id && !isBeingDeleted);
  const why = child === undefined ? "another branch was created from it" : `${child.name} was branched from it`;
  const remedy = child === undefined ? "Delete its child branches first." : `Delete the branch ${child.name} first.`;
  return guarded(name, id, why, remedy, done);
}

function missing({ id, name }: Branch, done: Done, reason: string): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `The Neon branch ${name} (${id}) was not ${done}: ${reason}.`, {
    meaning:
      "The branch, or the one with its new contents, was deleted meanwhile; or the past state of neon.parentAt is not available any more.",
    remedy: AGAIN,
    facts: { branch: id },
  });
}
