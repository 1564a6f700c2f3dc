import { silent } from "../../events.ts";
import { expiresAt as expiryAfter } from "../../identity/expiry.ts";
import type { Database } from "../provider.ts";
import { factsOf, isMissing } from "./api-errors.ts";
import { findByName, limitExpiry } from "./branches.ts";
import type { Setup } from "./options.ts";
import type { Branch } from "./types.ts";

/** Time limit of one renewal, in milliseconds. */
const RENEW_MS = 60_000;

/**
 * `Database.renew` on Neon. It sends nothing before half of the time to live has passed: with two hours, that is a search and a
 * PATCH in each hour. The search shows whether another job has already set a later expiry, which must not be shortened.
 */
export function renewalOf({ api, dependencies }: Setup, { id, name, expiresAt }: Branch): NonNullable<Database["renew"]> {
  let known = expiresAt;
  return async (ttlMs, signal) => {
    const isDue = known !== undefined && known.getTime() - dependencies.now().getTime() < ttlMs / 2;
    if (!isDue) return known;
    const context = { deadline: dependencies.deadline(`renewing the expiry of ${name}`, RENEW_MS, signal), emit: silent };
    const current = await findByName(api, name, context);
    if (current === undefined || current.id !== id || current.isBeingDeleted || current.expiresAt === undefined) return undefined;
    const until = limitExpiry(expiryAfter(dependencies.now(), ttlMs), dependencies.now());
    known = current.expiresAt >= until ? current.expiresAt : await moveExpiry(until);
    return known;

    async function moveExpiry(later: Date): Promise<Date | undefined> {
      try {
        return (await api.updateBranch(id, { expiresAt: later }, context)).expiresAt ?? later;
      } catch (thrown) {
        const facts = factsOf(thrown);
        if (facts !== undefined && isMissing(facts)) return undefined;
        throw thrown;
      }
    }
  };
}
