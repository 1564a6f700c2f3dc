import { expiresAt as expiryAfter } from "../../identity/expiry.ts";
import type { Extended } from "../provider.ts";
import { factsOf, isMissing } from "./api-errors.ts";
import { findByName, limitExpiry } from "./branches.ts";
import type { Setup } from "./options.ts";
import type { CallContext } from "./types.ts";

/**
 * `Provider.extend` for Neon: a search and a PATCH, without a connection. An expiry that is later already, and a branch that
 * never expires, are kept as they are. Undefined if there is no such branch of ours.
 */
export async function extend(
  { api, dependencies }: Pick<Setup, "api" | "dependencies">,
  name: string,
  ttlMs: number,
  context: CallContext,
): Promise<Extended | undefined> {
  const found = await findByName(api, name, context);
  if (found?.tag === undefined || found.isBeingDeleted) return undefined;
  const { id, tag, expiresAt } = found;
  // The search has shown Neon's clock.
  const until = limitExpiry(expiryAfter(dependencies.now(), ttlMs), dependencies.now());
  if (expiresAt === undefined || expiresAt >= until) return { kind: "extended", provider: "neon", id, name, tag, expiresAt };
  try {
    const { expiresAt: set } = await api.updateBranch(id, { expiresAt: until }, context);
    return { kind: "extended", provider: "neon", id, name, tag, expiresAt: set ?? until };
  } catch (thrown) {
    const facts = factsOf(thrown);
    if (facts !== undefined && isMissing(facts)) return undefined;
    throw thrown;
  }
}
