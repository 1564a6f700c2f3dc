import type { Refusal } from "../provider.ts";
import type { CapacityCode } from "./compute-problems.ts";

export type NeonRefusalCode = "no-key" | "no-project" | "key-unusable" | "branch-limit" | "root-branch-limit" | CapacityCode | "outage";

/** What to do in a job of a fork or a bot, which never gets the key. */
export const WITHHELD_REMEDY = "In such jobs, use docker or embedded. With `provider: auto`, offshoot does this itself.";

/** A refusal that lets the next provider of `provider: auto` serve. */
export function refusal(code: NeonRefusalCode, text: string, remedy: string | undefined): Refusal {
  return { kind: "refusal", provider: "neon", code, text, remedy, mayFallBack: true };
}

/** The refusal that needs no call to Neon: the key or the project is not set. */
export function refusalWithoutCall(facts: {
  readonly apiKey: string | undefined;
  readonly project: string | undefined;
  readonly secretsWithheld: boolean;
}): Refusal | undefined {
  if (facts.apiKey === undefined) {
    return facts.secretsWithheld
      ? refusal("no-key", "NEON_API_KEY is not set, because the CI withholds secrets from this job (fork or bot).", WITHHELD_REMEDY)
      : refusal("no-key", "NEON_API_KEY is not set.", "Set NEON_API_KEY to a Neon API key; in CI, store it as a secret.");
  }
  return facts.project === undefined
    ? refusal("no-project", "The Neon project is not set.", "Set NEON_PROJECT_ID, or neon.project in offshoot.yaml.")
    : undefined;
}
