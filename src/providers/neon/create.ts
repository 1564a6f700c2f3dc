import { jitter } from "../../deadline.ts";
import { isOffshootError } from "../../errors.ts";
import { shiftTag } from "../../identity/clock.ts";
import type { Refusal, DatabaseRequest } from "../provider.ts";
import { branchRequest } from "./branch-request.ts";
import { limitExpiry } from "./branches.ts";
import { setExpiry } from "./adopt.ts";
import { endOf } from "./expiry-refusals.ts";
import { resolveFailedCreate, warnOfLostReply } from "./create-errors.ts";
import type { AcquiredBranch, CreateState, Origin } from "./create-state.ts";
import type { Setup } from "./options.ts";
import { parentId, firstReadyBase } from "./parent.ts";
import type { CallContext, CreatedBranch } from "./types.ts";

/**
 * Creates the branch, or adopts the one that another job created. The name prevents duplicates, because Neon accepts each
 * name once. After a lost reply the branch is searched by its name before another POST is sent. A refusal is returned
 * only if nothing was created. Throws `NOT_OURS`, `PROVIDER_REJECTED`, `TIMED_OUT`, `CANCELLED`.
 */
export async function createOrAdopt(setup: Setup, wanted: DatabaseRequest, context: CallContext): Promise<AcquiredBranch | Refusal> {
  const state: CreateState = {
    request: undefined,
    origin: undefined,
    name: wanted.name,
    skewMs: 0,
    isReplyLost: false,
    isInDoubt: false,
    isReplyWrong: false,
    mayRemoveExpired: setup.isShared,
    isAtComputeLimit: false,
    latestExpiry: undefined,
    budgetMs: context.deadline.leftMs(),
  };
  try {
    return await untilCreated(setup, wanted, state, context);
  } catch (thrown) {
    if (isEnded(thrown) && (state.isInDoubt || state.isReplyLost)) warnOfLostReply(setup, state, wanted, context);
    throw thrown;
  }
}

/** The time is over, or the user has ended the command. */
function isEnded(thrown: unknown): boolean {
  return isOffshootError(thrown) && (thrown.code === "CANCELLED" || thrown.code === "TIMED_OUT");
}

async function untilCreated(
  setup: Setup,
  wanted: DatabaseRequest,
  state: CreateState,
  context: CallContext,
): Promise<AcquiredBranch | Refusal> {
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.6, 2000)) {
    try {
      state.origin ??= await originOf(setup, wanted, context);
      if (state.request === undefined) {
        state.skewMs = setup.clock.skewMs();
        state.request = branchRequest(
          noLater(byNeonsClock({ ...wanted, name: state.name }, state.skewMs), state.latestExpiry),
          state.origin,
          setup.choices,
          setup.dependencies.now(),
        );
      }
      state.isInDoubt = true;
      const onDoubt = (isInDoubt: boolean): void => void (state.isInDoubt = isInDoubt);
      const created = acquired(await setup.api.createBranch(state.request, { ...context, onDoubt }), state, context);
      return await correctExpiry(setup, created, wanted, state, context);
    } catch (thrown) {
      const answer = await resolveFailedCreate(setup, wanted, state, thrown, context);
      if (answer !== undefined) return answer;
    }
    await context.deadline.pause(jitter(state.isAtComputeLimit ? COMPUTE_PAUSE_MS : pauseMs, setup.dependencies.random));
  }
}

/** The pause at the limit of active computes, in milliseconds: each attempt costs two calls, and all jobs share the rate limit. */
const COMPUTE_PAUSE_MS = 5000;

/** A wrong clock is corrected from this difference on, in milliseconds. */
const CORRECTED_MS = 60_000;

/** Searches for a base only if the setting `base` is on, because that costs a call. */
async function originOf(
  { api, base, bases, choices }: Setup,
  { fingerprint, trustedBase, tag }: DatabaseRequest,
  context: CallContext,
): Promise<Origin> {
  if (base && fingerprint !== undefined && tag.kind === "run") {
    const wanted = [trustedBase, fingerprint].filter((each) => each !== undefined);
    const known = wanted.map((each) => bases.get(each)).find((each) => each !== undefined);
    const found = known ?? (await firstReadyBase(api, wanted, context));
    if (found !== undefined) return { parentId: found.id, base: found.name };
  }
  return { parentId: await parentId(api, choices.parent, context), base: undefined };
}

/** The request with the times of Neon's clock. */
export function byNeonsClock(wanted: DatabaseRequest, skewMs: number): DatabaseRequest {
  const { expiresAt, tag } = wanted;
  return { ...wanted, tag: shiftTag(tag, skewMs), expiresAt: expiresAt && new Date(expiresAt.getTime() + skewMs) };
}

function noLater(wanted: DatabaseRequest, latest: Date | undefined): DatabaseRequest {
  const isLater = latest !== undefined && wanted.expiresAt !== undefined && wanted.expiresAt > latest;
  return isLater ? { ...wanted, expiresAt: latest } : wanted;
}

/** The first reply shows Neon's clock. When this machine's is wrong, the expiry of the new branch is wrong too. */
async function correctExpiry(
  { api, clock, dependencies }: Setup,
  acquiredBranch: AcquiredBranch,
  wanted: DatabaseRequest,
  { skewMs }: CreateState,
  context: CallContext,
): Promise<AcquiredBranch> {
  const { branch } = acquiredBranch;
  const { expiresAt } = byNeonsClock(wanted, clock.skewMs());
  if (Math.abs(clock.skewMs() - skewMs) < CORRECTED_MS || branch.expiresAt === undefined || expiresAt === undefined) return acquiredBranch;
  return { ...acquiredBranch, branch: await setExpiry(api, branch, limitExpiry(expiresAt, dependencies.now()), context) };
}

function acquired(created: CreatedBranch, { origin, request }: CreateState, { emit }: CallContext): AcquiredBranch {
  const { branch } = created;
  if (request?.branch.expires_at !== undefined && branch.expiresAt === undefined) {
    emit({ kind: "warning", text: `Neon created the branch ${branch.name} without an expiry. ${endOf(branch.name, branch.tag)}` });
  }
  return { branch, created, base: origin?.base };
}
