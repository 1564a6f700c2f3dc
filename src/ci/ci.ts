import type { CiFacts } from "../run/identify.ts";

export type CiEnv = Readonly<Record<string, string | undefined>>;

export type CiServiceName = "github" | "gitlab" | "circleci" | "buildkite" | "generic";

/** Where we run, as the environment tells it. */
export interface CiContext {
  readonly service: CiServiceName | "none";
  readonly isCi: boolean;
  readonly facts: CiFacts;
  /**
   * Whether the service keeps the repository's secrets from this job, as it does for forks and Dependabot.
   * A key that is present all the same may then be a placeholder, and a rejected one is no fault of the user's.
   */
  readonly secretsWithheld: boolean;
}

/** One CI service. What else a service can do (masks, outputs, summaries) becomes a further field, as data. */
export interface CiService {
  /**
   * What the environment tells, or undefined where this isn't the service. `payload` is the parsed event of
   * services that write one to a file (GitHub).
   */
  readonly detect: (env: CiEnv, payload?: unknown) => CiContext | undefined;
}

/** A variable's value; an empty one counts as unset, since services export what they don't know as empty. */
export function variable(env: CiEnv, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

/** A positive whole number in a text, or undefined. */
export function positive(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
