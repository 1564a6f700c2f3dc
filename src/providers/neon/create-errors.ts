import { isOffshootError, OffshootError } from "../../errors.ts";
import type { Refusal, DatabaseRequest } from "../provider.ts";
import { renewExpiry, requireSibling, warnOfLifetime } from "./adopt.ts";
import {
  type CallFacts,
  factsOf,
  isAmbiguous,
  isCreateLost,
  isFormless,
  isKeyRejected,
  isMissing,
  isNameTaken,
  isNotReady,
  isTagRefused,
  isTransient,
  isWrongReply,
  limitOf,
} from "./api-errors.ts";
import { downCommand, findByName } from "./branches.ts";
import { changeExpiry } from "./change-expiry.ts";
import { capacityRefusal } from "./compute-errors.ts";
import { capacityOf } from "./compute-problems.ts";
import type { AcquiredBranch, CreateState } from "./create-state.ts";
import { removeExpired } from "./delete.ts";
import { expiryProblemOf } from "./expiry-refusals.ts";
import type { Setup } from "./options.ts";
import { freeName } from "./held-name.ts";
import { parentId, unknownParent } from "./parent.ts";
import { isPastStateRefused, unavailablePastState } from "./past-state.ts";
import { unknownProject } from "./project.ts";
import { refusal, WITHHELD_REMEDY } from "./refuse.ts";
import type { CallContext } from "./types.ts";

/** Other jobs end, and their computes with them, so that the limit of active computes may end within this time, in milliseconds. */
const COMPUTE_LIMIT_MS = 20_000;

/** Handles a failed create: returns the branch or a refusal, or undefined to try again. Throws errors that a retry cannot change. */
export async function resolveFailedCreate(
  setup: Setup,
  wanted: DatabaseRequest,
  state: CreateState,
  thrown: unknown,
  context: CallContext,
): Promise<AcquiredBranch | Refusal | undefined> {
  const facts = factsOf(thrown);
  if (facts === undefined || !isOffshootError(thrown)) throw thrown;
  const limit = limitOf(facts);
  const capacity = capacityOf(facts);
  const isSent = state.request !== undefined;
  const isLost = isSent && isCreateLost(facts);
  if (isSent && isFormless(facts) && !isLost) {
    const existing = await searchAfterFormless(setup, wanted, state, context);
    if (existing !== undefined) return existing;
  }
  const mayHaveCreated = isSent && isNameTaken(facts);
  if (isLost) state.isReplyLost = true;
  state.isInDoubt = mayHaveCreated;
  if (isSent && isWrongReply(facts)) state.isReplyWrong = true;
  if (isKeyRejected(facts) && limit === undefined && capacity === undefined && expiryProblemOf(facts) === undefined)
    return rejectedKey(setup, state, facts.status === 403 ? await unknownProject(setup.api, setup.project, context, thrown) : thrown);
  if (!isLost && !mayHaveCreated && (isTransient(facts) || isAmbiguous(facts))) return outage(setup, state, wanted, thrown, context);
  // At the branch limit, Neon may report the limit even if the name is taken. So the name is searched first.
  if (isNameTaken(facts) || isLost || limit !== undefined || capacity !== undefined) {
    const existing = await adoptExisting(setup, wanted, state, context);
    if (existing !== undefined) return existing === "being-deleted" ? undefined : existing;
  }
  if (limit !== undefined) return atLimit(setup, state, limit, facts, context);
  if (capacity !== undefined) {
    const isWorthWaiting = capacity.kind === "compute-limit" && state.budgetMs - context.deadline.leftMs() < COMPUTE_LIMIT_MS;
    state.isAtComputeLimit = isWorthWaiting;
    return isWorthWaiting ? undefined : { ...capacityRefusal(capacity.kind, thrown), mayFallBack: nothingExists(state) };
  }
  if (isNameTaken(facts) && (await useFreeName(setup, wanted, state, context))) return undefined;
  if (isNameTaken(facts) || isLost || isNotReady(facts)) {
    if (context.deadline.leftMs() - (facts.retryAfterMs ?? 0) > state.budgetMs / 2) return undefined;
    if (isLost) return outage(setup, state, wanted, thrown, context);
    throw isNameTaken(facts) ? hiddenName(wanted.name, thrown) : thrown;
  }
  return changeRequest(setup, wanted, state, facts, thrown, context);
}

/** A search after an error that Neon did not send and that another attempt does not change, in milliseconds. */
const SEARCH_MS = 10_000;

/**
 * The branch, if the request that was answered with an error of a proxy created it. Warns when the search fails too: then nobody
 * knows whether the branch exists.
 */
async function searchAfterFormless(
  setup: Setup,
  wanted: DatabaseRequest,
  state: CreateState,
  context: CallContext,
): Promise<AcquiredBranch | undefined> {
  const { dependencies } = setup;
  const searchMs = Math.min(SEARCH_MS, context.deadline.leftMs());
  const within = dependencies.deadline("looking for the branch", searchMs, context.deadline.signal);
  try {
    const found = await findByName(setup.api, wanted.name, { ...context, deadline: within });
    if (found === undefined || found.isBeingDeleted) return undefined;
  } catch {
    context.deadline.check();
    warnOfLostReply(setup, state, wanted, context);
    return undefined;
  }
  const existing = await adoptExisting(setup, wanted, state, context);
  return existing !== undefined && existing !== "being-deleted" && "branch" in existing ? existing : undefined;
}

/** Chooses another name if a deleted branch holds the one that was sent. Returns whether it did. */
async function useFreeName({ api }: Setup, wanted: DatabaseRequest, state: CreateState, context: CallContext): Promise<boolean> {
  const held = state.request?.branch.name;
  const free = held === undefined || wanted.tag.kind !== "run" ? undefined : await freeName(api, held, context);
  if (free === undefined) return false;
  context.emit({
    kind: "note",
    text: `A deleted branch that can be recovered in Neon still has the name ${held}. The name ${free} is used.`,
  });
  state.name = free;
  state.request = undefined;
  return true;
}

/** Adopts the branch with the wanted name. Returns a refusal if Neon does not answer the search. */
async function adoptExisting(
  setup: Setup,
  wanted: DatabaseRequest,
  state: CreateState,
  context: CallContext,
): Promise<AcquiredBranch | Refusal | "being-deleted" | undefined> {
  try {
    const found = await findByName(setup.api, wanted.name, context);
    state.isReplyLost = false;
    if (found === undefined || found.isBeingDeleted) return found && "being-deleted";
    requireSibling(found, wanted);
    warnOfLifetime(found, wanted, context);
    const { expiresAt } = wanted;
    const until = expiresAt && new Date(expiresAt.getTime() + setup.clock.skewMs());
    const branch = await renewExpiry(setup.api, found, { ...wanted, expiresAt: until }, setup.dependencies.now(), context);
    return { branch, created: undefined, base: state.origin?.base };
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isOffshootError(thrown) || !(isTransient(facts) || isAmbiguous(facts))) throw thrown;
    return outage(setup, state, wanted, thrown, context);
  }
}

/** Another provider may serve only if no branch can exist. A wrong reply to the POST leaves that open. */
function nothingExists({ isReplyLost, isReplyWrong }: CreateState): boolean {
  return !isReplyLost && !isReplyWrong;
}

function outage(setup: Setup, state: CreateState, wanted: DatabaseRequest, failure: OffshootError, context: CallContext): Refusal {
  if (state.isReplyLost) warnOfLostReply(setup, state, wanted, context);
  return { ...refusal("outage", failure.message, failure.remedy), mayFallBack: nothingExists(state) };
}

export function warnOfLostReply({ isShared }: Setup, state: CreateState, wanted: DatabaseRequest, { emit }: CallContext): void {
  const until = state.request?.branch.expires_at;
  const expiry = until === undefined ? "It has no expiry." : `If it exists, it expires at ${until}.`;
  const remedy = isShared && wanted.tag.kind === "run" ? `${downCommand(wanted.run.key)} deletes it now.` : "`offshoot sweep` lists it.";
  emit({ kind: "warning", text: `Neon may have created the branch ${wanted.name}, but its reply was lost. ${expiry} ${remedy}` });
}

function rejectedKey({ secretsWithheld }: Setup, state: CreateState, failure: OffshootError): Refusal {
  if (!secretsWithheld) throw failure;
  const reason = "The CI withholds secrets from this job (fork or bot), so NEON_API_KEY is a placeholder.";
  return { ...refusal("key-unusable", `${failure.message} ${reason}`, WITHHELD_REMEDY), mayFallBack: nothingExists(state) };
}

/** Deletes expired branches of offshoot to make room, once. */
async function atLimit(
  { api, dependencies, choices }: Setup,
  state: CreateState,
  limit: "branch-limit" | "root-branch-limit",
  { neonMessage }: CallFacts,
  context: CallContext,
): Promise<Refusal | undefined> {
  const mayRemove = state.mayRemoveExpired;
  state.mayRemoveExpired = false;
  if (mayRemove && (await removeExpired(api, choices.parent, dependencies.now(), context)) > 0) return undefined;
  const what = limit === "branch-limit" ? "its branch limit" : "its limit of root branches";
  const avoid = limit === "branch-limit" ? "" : ", set neon.schemaOnly to false";
  const remedy = `Run \`offshoot sweep --yes\` to delete the branches of offshoot that are no longer needed${avoid}, or raise the limit of the Neon plan.`;
  return { ...refusal(limit, `The Neon project has reached ${what}: ${neonMessage}.`, remedy), mayFallBack: nothingExists(state) };
}

/** Removes the part of the request that Neon refused, if the branch is useful without it. Throws otherwise. */
async function changeRequest(
  setup: Setup,
  wanted: DatabaseRequest,
  state: CreateState,
  facts: CallFacts,
  failure: OffshootError,
  context: CallContext,
): Promise<undefined> {
  const { origin } = state;
  const { parent } = setup.choices;
  if (origin?.base !== undefined && /parent|branch/i.test(facts.neonMessage)) {
    const text = `Neon could not start a branch from the base ${origin.base} (${facts.neonMessage}). The run starts from the parent instead.`;
    context.emit({ kind: "note", text });
    setup.bases.clear();
    state.request = undefined;
    state.origin = { parentId: await parentId(setup.api, parent, context), base: undefined };
    return;
  }
  if (changeExpiry(setup, wanted, state, facts, context)) return;
  if (isTagRefused(facts)) throw refusedTag(facts);
  const { parentAt: at } = setup.choices;
  if (at !== undefined && origin?.base === undefined && isPastStateRefused(facts))
    throw await unavailablePastState(setup, { branch: origin?.parentId, at }, facts, context);
  if (parent !== undefined && isMissing(facts) && /parent|branch/i.test(facts.neonMessage))
    throw await unknownParent(setup.api, parent, context);
  if (isMissing(facts)) throw await unknownProject(setup.api, setup.project, context, failure);
  throw failure;
}

/** Without the tag nothing could later prove that the branch belongs to offshoot, so none is created. */
function refusedTag({ neonMessage, ...facts }: CallFacts): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `Neon refused the owner tag of the branch: ${neonMessage.replace(/\.$/, "")}.`, {
    meaning: "Only the tag, which is sent as an annotation, proves that offshoot may delete a branch. No branch was created.",
    remedy: "Check that the project and any proxy in front of Neon's API accept annotations (`annotation_value`), or use another provider.",
    facts: { ...facts, neonMessage },
  });
}

function hiddenName(name: string, cause: OffshootError): OffshootError {
  return new OffshootError(
    "PROVIDER_REJECTED",
    `Neon reported that the branch name ${name} is taken, but listed no branch with this name.`,
    {
      meaning: "A deleted branch that can still be recovered may keep the name.",
      remedy: "Choose another run name with --run, or recover the deleted branch in Neon and rename it.",
      facts: cause.facts,
    },
  );
}
