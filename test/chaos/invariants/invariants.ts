import { early, hung, verdicts } from "./ends.ts";
import { overlaps, silentAfterReady, witnessed } from "./one-at-a-time.ts";
import { successes, versions } from "./one-success.ts";
import type { Outcome } from "./outcome.ts";
import { slow } from "./takeovers.ts";

/** The promises that were broken. */
export function broken(outcome: Outcome): readonly string[] {
  const checks = [overlaps, witnessed, silentAfterReady, successes, versions, early, hung, verdicts, slow];
  return [...checks.flatMap((check) => check(outcome)), ...outcome.left.map((what) => `left behind: ${what}`)];
}
