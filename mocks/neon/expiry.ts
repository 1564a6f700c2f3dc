import { childrenOf } from "./find.ts";
import type { Neon } from "./neon.ts";
import { refused } from "./reply.ts";
import type { Branch, Project } from "./state.ts";

/** Longest time to live of a branch: 30 days (Neon docs, "Branch expiration"). */
export const MAX_TTL_MS = 30 * 86_400_000;

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Reads `expires_at`; undefined where the switch says that it is ignored. Throws the refusal of a broken rule. */
export function readExpiry(neon: Neon, value: unknown): number | undefined {
  if (typeof value !== "string") throw refused(400, "expires_at must be a string");
  const status = neon.switches.expiryRuleStatus;
  if (neon.switches.expiresAt === "refused") throw refused(status, "branch expiration is not available for this project");
  const ms = RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw refused(status, "expires_at must be a date-time as RFC 3339 has it");
  if (ms <= neon.clock.now()) throw refused(status, "expires_at must be in the future");
  if (ms > neon.clock.now() + MAX_TTL_MS) throw refused(status, "expires_at must be at most 30 days from now");
  return neon.switches.expiresAt === "ignored" ? undefined : Math.floor(ms / 1000) * 1000;
}

/** Throws where a branch may not expire: default, protected, or parent of others. */
export function refuseExpiryOf(neon: Neon, project: Project, branch: Branch): void {
  const status = neon.switches.expiryRuleStatus;
  if (branch.isDefault) throw refused(status, "the default branch can't have an expiration");
  if (branch.isProtected) throw refused(status, "a protected branch can't have an expiration");
  if (childrenOf(neon, project, branch).length > 0) throw refused(status, "a branch with children can't have an expiration");
}

export function setExpiry(neon: Neon, branch: Branch, expiresAt: number | undefined): void {
  branch.expiresAt = expiresAt;
  branch.ttlSeconds = expiresAt === undefined ? undefined : Math.round((expiresAt - neon.clock.now()) / 1000);
}
