import type { Env } from "../environment.ts";
import type { CiFacts } from "../identity/run-identity.ts";
import type { Annotation, Group, Variables, WriteContext, Write } from "./write.ts";

export type CiServiceName = "github" | "gitlab" | "circleci" | "buildkite" | "azure" | "bitbucket" | "jenkins" | "generic";

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

/** One CI service: what it tells, and how it is told something. Everything but `detect` only says what to write. */
export interface CiService {
  /**
   * What the environment tells, or undefined where this isn't the service. `payload` is the parsed event of
   * services that write one to a file (GitHub).
   */
  readonly detect: (env: Env, payload?: unknown) => CiContext | undefined;
  /** Hides strings in all that the job says from here on. Nothing where the service can't do that while a job runs. */
  readonly mask: (secrets: readonly string[]) => readonly Write[];
  /** Hands variables, passwords among them, to what follows in the same job. */
  readonly exports: (variables: Variables, where: WriteContext) => readonly Write[];
  /** Hands facts to later jobs; nothing secret may be among them. */
  readonly outputs: (facts: Variables, where: WriteContext) => readonly Write[];
  /** Folds what is said in between. */
  readonly group: (title: string, where: WriteContext) => Group | undefined;
  readonly annotate: (annotation: Annotation) => readonly Write[];
  /** Shows Markdown on the page of the run. */
  readonly summary: (markdown: string, where: WriteContext) => readonly Write[];
}

/** A variable's value; an empty one counts as unset, since services export what they don't know as empty. */
export function variable(env: Env, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

/** What `CI` says; people set `CI=false` or `CI=0` to switch it off. Undefined: nothing. */
export function ciFlag(env: Env): boolean | undefined {
  const flag = variable(env, "CI", "CONTINUOUS_INTEGRATION")?.toLowerCase();
  return flag === undefined ? undefined : !["false", "0", "no"].includes(flag);
}

/** A positive whole number in a text, or undefined. */
export function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
