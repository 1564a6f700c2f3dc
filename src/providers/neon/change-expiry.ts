import { tagFromRecord } from "../../identity/owner-tag.ts";
import type { DatabaseRequest } from "../provider.ts";
import type { CallFacts } from "./api-errors.ts";
import type { CreateState } from "./create-state.ts";
import { endOf, expiringParent, expiryProblemOf, pastExpiry, shorterExpiry } from "./expiry-refusals.ts";
import type { Setup } from "./options.ts";
import type { BranchRequest, CallContext } from "./types.ts";

/** Removes or shortens an expiry that Neon refused. Returns false if the refusal is about something else. */
export function changeExpiry(setup: Setup, wanted: DatabaseRequest, state: CreateState, facts: CallFacts, { emit }: CallContext): boolean {
  const problem = expiryProblemOf(facts);
  const { request } = state;
  const expiresAt = request?.branch.expires_at;
  if (problem === "parent") throw expiringParent(setup.choices.parent, facts);
  if (problem === undefined || request === undefined || expiresAt === undefined) return false;
  const now = setup.dependencies.now();
  if (problem !== "unavailable" && setup.clock.skewMs() !== state.skewMs) {
    // This machine's clock is wrong, and the reply has shown Neon's clock.
    state.request = undefined;
    return true;
  }
  if (problem === "past") throw pastExpiry(expiresAt, now, facts);
  const shorter = problem === "late" ? shorterExpiry(new Date(expiresAt), now) : undefined;
  if (shorter === undefined) {
    emit({
      kind: "warning",
      text: `Neon refused the expiry of the branch (${facts.neonMessage}). ${endOf(wanted.name, tagFromRecord(request.annotation_value))}`,
    });
    state.request = withoutExpiry(request);
  } else {
    emit({ kind: "warning", text: `Neon refused the expiry ${expiresAt} as too late (${facts.neonMessage}). An earlier one is tried.` });
    state.latestExpiry = shorter;
    state.request = undefined;
  }
  return true;
}

function withoutExpiry(request: BranchRequest): BranchRequest {
  const { expires_at: _, ...branch } = request.branch;
  return { ...request, branch };
}
