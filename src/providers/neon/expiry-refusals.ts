import { OffshootError } from "../../errors.ts";
import type { OwnerTag } from "../../identity/owner-tag.ts";
import type { CallFacts } from "./api-errors.ts";
import { downCommand } from "./branches.ts";
import { formatUtc } from "../../moment.ts";

/**
 * What a refusal reports about the expiry of a branch. `parent`: the parent expires, and such a branch cannot have children.
 * `past`: the expiry is not in the future. `late`: it is later than Neon allows. `unavailable`: no expiry can be set.
 */
export type ExpiryProblem = "parent" | "past" | "late" | "unavailable";

/**
 * The refusal must name the field or the feature (Neon's page on branch expiration). An API key, a trial or a token can
 * expire too, and then the expiry of the branch must be kept.
 */
const FEATURE =
  /\bexpires_at\b|\bttl_interval_seconds\b|BRANCH_EXPIR|\bbranch(?:es)?\b[^.;]*\bexpiration\b|\bexpiration\b[^.;]*\bbranch(?:es)?\b|early access/i;
const OTHERS = /\b(?:api[ _-]?keys?|token|credentials?|session|trial|subscription|invoice|card)\b/i;
const STATUS: ReadonlySet<number> = new Set([400, 403, 409, 412, 422]);

export function expiryProblemOf({ status, neonCode, neonMessage }: CallFacts): ExpiryProblem | undefined {
  const text = `${neonCode}: ${neonMessage}`;
  if (!STATUS.has(status) || !FEATURE.test(text) || OTHERS.test(text)) return undefined;
  if (/\b(?:parent|child(?:ren)?)\b/i.test(text)) return "parent";
  if (/\b(?:future|past|elapsed)\b/i.test(text)) return "past";
  return /\b(?:at most|no more than|exceeds?|maximum|too (?:far|late|long)|within \d+ days?|\d+ days)\b/i.test(text)
    ? "late"
    : "unavailable";
}

/** The times to live that are tried when Neon allows no longer one, in milliseconds. */
const SHORTER_MS = [7 * 86_400_000, 86_400_000, 7_200_000];

/** The latest expiry that is worth another try after `refused` was too late; undefined if there is none. */
export function shorterExpiry(refused: Date, now: Date): Date | undefined {
  const leftMs = refused.getTime() - now.getTime();
  const ttlMs = SHORTER_MS.find((ms) => ms < leftMs * 0.9);
  return ttlMs === undefined ? undefined : new Date(now.getTime() + ttlMs);
}

/** How a branch ends that Neon does not delete: `sweep` deletes it after the time in its owner tag. */
export function endOf(name: string, tag: OwnerTag | undefined): string {
  const expires = tag?.expires;
  const until =
    expires === undefined
      ? "`offshoot sweep --yes` deletes it when it was not used for a day"
      : `\`offshoot sweep --yes\` deletes it after ${expires}`;
  return `Neon does not delete the branch ${name} itself. ${until}, and ${downCommand(tag?.run)} deletes it at once.`;
}

/** The error for a parent that expires. */
export function expiringParent(parent: string | undefined, { neonMessage, ...facts }: CallFacts): OffshootError {
  const name = parent ?? "the project's default branch";
  return new OffshootError("PROVIDER_REJECTED", `Neon created no branch from ${name}, because that branch expires: ${neonMessage}.`, {
    meaning: "A branch with an expiration cannot have children.",
    remedy: "Set neon.parent (OFFSHOOT_NEON_PARENT) to a branch without an expiration, or remove its expiration in Neon.",
    facts: { ...facts, neonMessage },
  });
}

/** The error for an expiry that is not in Neon's future. */
export function pastExpiry(expiresAt: string, now: Date, { neonMessage, ...facts }: CallFacts): OffshootError {
  return new OffshootError("PROVIDER_REJECTED", `Neon refused the expiry ${expiresAt} of the branch: ${neonMessage}.`, {
    meaning: `The time to live is too short, or a clock is wrong: offshoot used ${formatUtc(now)} as the present.`,
    remedy: "Use a longer time to live (`--ttl 30m`), and check the clock of this machine. No branch was created.",
    facts: { ...facts, neonMessage },
  });
}
