import type { Refusal } from "../provider.ts";

export type NeonRefusalCode = "no-key" | "no-project" | "key-unusable" | "branch-limit" | "root-branch-limit" | "outage";

/** Why Neon can't serve; another provider may. */
export function refusal(code: NeonRefusalCode, text: string, remedy: string | undefined): Refusal {
  return { kind: "refusal", provider: "neon", code, text, remedy, mayFallBack: true };
}

/** What can be told without asking Neon: whether there is a key, and a project. */
export function refusalOf(facts: {
  readonly apiKey: string | undefined;
  readonly project: string | undefined;
  readonly secretsWithheld: boolean;
}): Refusal | undefined {
  if (facts.apiKey === undefined) {
    return facts.secretsWithheld
      ? refusal("no-key", "This CI job gets no secrets (fork or bot), so there is no NEON_API_KEY.", undefined)
      : refusal("no-key", "NEON_API_KEY is not set.", "Set it to an API key of Neon, in CI as a secret.");
  }
  return facts.project === undefined
    ? refusal("no-project", "No Neon project is named.", "Set NEON_PROJECT_ID, or neon.project in offshoot.yaml.")
    : undefined;
}
