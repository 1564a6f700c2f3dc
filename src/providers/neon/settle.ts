import { isOffshootError, OffshootError } from "../../errors.ts";
import type { Refusal, Wanted } from "../provider.ts";
import { renew, requireSibling, warnOfLifetime } from "./adopt.ts";
import type { Bounds } from "./bounds.ts";
import { removeExpired } from "./expired.ts";
import {
  type CallFacts,
  factsOf,
  isAmbiguous,
  isExpiryRefused,
  isKeyRejected,
  isMissing,
  isNameTaken,
  isNotReady,
  isPassing,
  limitOf,
} from "./failure.ts";
import { look } from "./look.ts";
import { parentId, unknownParent, unknownProject } from "./parent.ts";
import { refusal } from "./refusal.ts";
import { withoutExpiry } from "./request.ts";
import type { Placed, Site, Tried } from "./site.ts";

/** What to do about a create that failed: an answer, or undefined for another try. Throws what no try can change. */
export async function settle(
  site: Site,
  wanted: Wanted,
  tried: Tried,
  thrown: unknown,
  bounds: Bounds,
): Promise<Placed | Refusal | undefined> {
  const facts = factsOf(thrown);
  if (facts === undefined || !isOffshootError(thrown)) throw thrown;
  const limit = limitOf(facts);
  if (isKeyRejected(facts) && limit === undefined && !isExpiryRefused(facts)) return keyRefusal(site, thrown);
  const isSent = tried.request !== undefined;
  if (isSent && isAmbiguous(facts)) tried.isLost = true;
  if (isPassing(facts) || (isAmbiguous(facts) && !isSent)) return outage(site, tried, wanted, thrown, bounds);
  // At the limit, a name that is taken may be answered with the limit: so the name is looked for first in any case.
  if (isNameTaken(facts) || isAmbiguous(facts) || limit !== undefined) {
    const there = await lookOrRefuse(site, wanted, tried, bounds);
    if (there !== undefined) return there === "going" ? undefined : there;
  }
  if (limit !== undefined) return atLimit(site, tried, limit, facts, bounds);
  if (isNameTaken(facts) || isAmbiguous(facts) || isNotReady(facts)) {
    if (bounds.within.leftMs() > tried.budgetMs / 2) return undefined;
    if (isAmbiguous(facts)) return outage(site, tried, wanted, thrown, bounds);
    throw isNameTaken(facts) ? nameHeld(wanted.name, thrown) : thrown;
  }
  return repair(site, tried, facts, thrown, bounds);
}

/** The branch of that name, adopted; or the outage that keeps us from looking. */
async function lookOrRefuse(site: Site, wanted: Wanted, tried: Tried, bounds: Bounds): Promise<Placed | Refusal | "going" | undefined> {
  try {
    const found = await look(site.api, wanted.name, bounds);
    tried.isLost = false;
    if (found === undefined || found.isGoing) return found && "going";
    requireSibling(found, wanted);
    warnOfLifetime(found, wanted, bounds);
    return { branch: await renew(site.api, found, wanted, site.world.now(), bounds), created: undefined, base: tried.origin?.base };
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts === undefined || !isOffshootError(thrown) || !(isPassing(facts) || isAmbiguous(facts))) throw thrown;
    return outage(site, tried, wanted, thrown, bounds);
  }
}

function outage({ isShared }: Site, tried: Tried, wanted: Wanted, failure: OffshootError, { emit }: Bounds): Refusal {
  if (tried.isLost) {
    const until = tried.request?.branch.expires_at;
    const fate = until === undefined ? "`offshoot sweep` finds it" : `it then expires at ${until}`;
    const text = `Neon may have created the branch ${wanted.name} before it went silent; ${fate}${isShared ? ", and `offshoot down` removes it" : ""}.`;
    emit({ kind: "warning", text });
  }
  return refusal("outage", failure.message, failure.remedy);
}

function keyRefusal({ secretsWithheld }: Site, failure: OffshootError): Refusal {
  if (!secretsWithheld) throw failure;
  return refusal("key-unusable", `${failure.message} This CI job gets no secrets (fork or bot), so its key is a placeholder.`, undefined);
}

/** Makes room once, by what of ours has expired. */
async function atLimit(
  { api, world, choices }: Site,
  tried: Tried,
  limit: "branch-limit" | "root-branch-limit",
  { neonMessage }: CallFacts,
  bounds: Bounds,
): Promise<Refusal | undefined> {
  const mayRemove = tried.maySweep;
  tried.maySweep = false;
  if (mayRemove && (await removeExpired(api, choices.parent, world.now(), bounds)) > 0) return undefined;
  const remedy = "Remove branches (`offshoot sweep` shows those of ours), or raise the plan's limit.";
  return refusal(limit, `The Neon project is full: ${neonMessage}.`, remedy);
}

/** Leaves out what Neon refuses, where the rest is worth having without it. */
async function repair(site: Site, tried: Tried, facts: CallFacts, failure: OffshootError, bounds: Bounds): Promise<undefined> {
  const { request, origin } = tried;
  const { parent } = site.choices;
  if (request?.branch.expires_at !== undefined && isExpiryRefused(facts)) {
    bounds.emit({ kind: "warning", text: `Neon refused an expiry (${facts.neonMessage}): the branch stays until it is removed.` });
    tried.request = withoutExpiry(request);
    return;
  }
  if (origin?.base !== undefined && /parent|branch/i.test(facts.neonMessage)) {
    bounds.emit({
      kind: "note",
      text: `The base ${origin.base} can't be started from (${facts.neonMessage}): starting from its parent.`,
    });
    site.bases.clear();
    tried.request = undefined;
    tried.origin = { parentId: await parentId(site.api, parent, bounds), base: undefined };
    return;
  }
  if (parent !== undefined && isMissing(facts) && /parent|branch/i.test(facts.neonMessage))
    throw await unknownParent(site.api, parent, bounds);
  if (isMissing(facts)) throw await unknownProject(site.api, site.project, bounds, failure);
  throw failure;
}

function nameHeld(name: string, cause: OffshootError): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `Neon says that the branch ${name} exists, and lists none of that name.`, {
    meaning: "A deleted branch that can still be recovered may hold its name.",
    remedy: "Choose another run name with --run, or end the recovery of the old branch in Neon.",
    facts: cause.facts,
  });
}
