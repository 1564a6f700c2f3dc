import { childrenOf } from "./find.ts";
import type { Neon } from "./neon.ts";
import { refused } from "./reply.ts";
import type { Branch, Project } from "./state.ts";

/** Longest time to live of a branch: 30 days (Neon docs, "Branch expiration"). */
export const MAX_TTL_MS = 30 * 86_400_000;

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Reads `expires_at`; undefined if the switch `expiresAt` is `ignored`. Throws a refusal if the value breaks a rule. */
export function readExpiry(neon: Neon, value: unknown): number | undefined {
  if (typeof value !== "string") throw refused(400, "expires_at must be a string");
  const status = neon.switches.expiryRuleStatus;
  if (neon.switches.expiresAt === "refused") throw refused(status, "branch expiration is not available for this project");
  const ms = RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw refused(status, "expires_at must be an RFC 3339 date-time");
  if (ms <= neon.clock.now()) throw refused(status, "expires_at must be in the future");
  if (ms > neon.clock.now() + MAX_TTL_MS) throw refused(status, "expires_at must be at most 30 days from now");
  return neon.switches.expiresAt === "ignored" ? undefined : Math.floor(ms / 1000) * 1000;
}

/** Throws for a branch that cannot expire: the default branch, a protected branch, a parent. */
export function refuseExpiryOf(neon: Neon, project: Project, branch: Branch): void {
  const status = neon.switches.expiryRuleStatus;
  if (branch.isDefault) throw refused(status, "the default branch cannot have an expiration");
  if (branch.isProtected) throw refused(status, "a protected branch cannot have an expiration");
  if (childrenOf(neon, project, branch).length > 0) throw refused(status, "a branch with children cannot have an expiration");
}

export function setExpiry(neon: Neon, branch: Branch, expiresAt: number | undefined): void {
  branch.expiresAt = expiresAt;
  branch.ttlSeconds = expiresAt === undefined ? undefined : Math.round((expiresAt - neon.clock.now()) / 1000);
}
