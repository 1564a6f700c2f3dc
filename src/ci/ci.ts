import type { Inert } from "./inert.ts";
import type { Env } from "../environment.ts";
import type { CiFacts } from "../identity/run-identity.ts";
import type { Annotation, Group, Variables, WriteContext, Write } from "./write.ts";

export type CiServiceName =
  | "github"
  | "gitlab"
  | "circleci"
  | "buildkite"
  | "azure"
  | "bitbucket"
  | "jenkins"
  | "vercel"
  | "netlify"
  | "cloudflare"
  | "generic";

/** What a build of a site is for. `unknown`: the builder does not say it. */
export type Deployment = "production" | "preview" | "unknown";

/** The CI job, as its environment variables describe it. */
export interface CiContext {
  readonly service: CiServiceName | "none";
  readonly isCi: boolean;
  readonly facts: CiFacts;
  /**
   * Whether the service withholds the repository's secrets from this job, as for forks and Dependabot. A key that is set
   * nevertheless can be a placeholder, so a rejected key is not an error of the user.
   */
  readonly secretsWithheld: boolean;
  /** Only for services that build and deploy sites. */
  readonly deployment?: Deployment | undefined;
}

/** How users run a failed job again, in the words of the service. */
export interface Rerun {
  /** The service's name. */
  readonly service: string;
  /** The name of the button or the menu item. */
  readonly action: string;
  /** Only the failed job itself clears the failure of its migrations, because the service counts no attempts. */
  readonly onlyJob: boolean;
}

/** One CI service: how to detect it, and how to write for it. All functions but `detect` return outputs and write nothing. */
export interface CiService {
  /**
   * The context from the environment; undefined if this is another service. `payload` is the parsed event, for a service
   * that writes one to a file (GitHub).
   */
  readonly detect: (env: Env, payload?: unknown) => CiContext | undefined;
  /** Undefined: a job that runs again cannot be recognised, or the service has no such action. */
  readonly rerun?: Rerun;
  /** Masks strings in all later output of the job. Returns nothing if the service cannot do that while a job runs. */
  readonly mask: (secrets: readonly string[]) => readonly Write[];
  /** Sets variables, also secret ones, for the later steps of the same job. */
  readonly exports: (variables: Variables, context: WriteContext) => readonly Write[];
  /** Passes facts to later jobs. They must not contain secrets. */
  readonly outputs: (facts: Variables, context: WriteContext) => readonly Write[];
  /** Folds a part of the log. */
  readonly group: (title: string, context: WriteContext) => Group | undefined;
  /** Makes the service ignore commands in the output that comes next, until the end. Undefined: the service has no such command. */
  readonly ignoreCommands?: (context: WriteContext) => Group;
  /** Changes a text with foreign parts, such as names and output, so that the service finds no command in it. */
  readonly inert: Inert;
  readonly annotate: (annotation: Annotation) => readonly Write[];
  /** Shows Markdown on the page of the CI run. */
  readonly summary: (markdown: string, context: WriteContext) => readonly Write[];
}

/** The value of the first variable that is set. A blank one counts as unset: services export unknown values as empty. */
export function variable(env: Env, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

/** Whether `CI` is set to true or false; undefined if it is not set. Users set `CI=false` or `CI=0` to turn it off. */
export function ciFlag(env: Env): boolean | undefined {
  const flag = variable(env, "CI", "CONTINUOUS_INTEGRATION")?.toLowerCase();
  return flag === undefined ? undefined : !["false", "0", "no"].includes(flag);
}

/** The positive integer in a text; undefined for anything else. */
export function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
