import type { Env } from "../environment.ts";
import { type CiService, positiveInteger, variable } from "./ci.ts";
import { type Annotation, maskable, stderr, appendTo, type Variables, type WriteContext } from "./write.ts";

/**
 * GitHub Actions. `GITHUB_RUN_ID` stays the same over re-runs and is shared by all jobs, reusable workflows
 * included; `GITHUB_RUN_ATTEMPT` counts re-runs (GitHub documentation, "Variables reference"). A matrix has no
 * variable that tells its legs apart.
 */
export const github: CiService = {
  detect(env, payload) {
    if (env["GITHUB_ACTIONS"] !== "true") return undefined;
    return {
      service: "github",
      isCi: true,
      facts: {
        service: "github",
        repository: variable(env, "GITHUB_REPOSITORY"),
        ref: variable(env, "GITHUB_HEAD_REF", "GITHUB_REF_NAME"),
        runId: variable(env, "GITHUB_RUN_ID"),
        invocation: undefined,
        attempt: positiveInteger(variable(env, "GITHUB_RUN_ATTEMPT")) ?? 1,
        pullRequest: pullRequestOf(env, payload),
        shard: undefined,
        job: variable(env, "GITHUB_JOB"),
      },
      secretsWithheld: isFork(env, payload) || isDependabot(env, payload),
    };
  },
  // The runner reads commands from both streams, and ours leaves stdout to data.
  mask: (secrets) => stderr(...maskable(secrets).map((secret) => `::add-mask::${escapeData(secret)}`)),
  exports: (variables, where) => appendTo(where.env["GITHUB_ENV"], ...fileLines(variables, where)),
  outputs: (facts, where) => appendTo(where.env["GITHUB_OUTPUT"], ...fileLines(facts, where)),
  group: (title) => ({ begin: `::group::${escapeData(title)}\n`, end: "::endgroup::\n" }),
  annotate: (annotation) => stderr(annotationLine(annotation)),
  summary: (markdown, { env }) => appendTo(env["GITHUB_STEP_SUMMARY"], markdown),
};

/** The event first: a closed pull request has no merge ref any more. */
function pullRequestOf(env: Env, payload: unknown): number | undefined {
  const number = field(payload, "pull_request", "number");
  return positiveInteger(typeof number === "number" ? String(number) : /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1]);
}

/** `pull_request_target` runs the base's workflow with the base's secrets, also for forks. */
function isFork(env: Env, payload: unknown): boolean {
  if (env["GITHUB_EVENT_NAME"] === "pull_request_target" || field(payload, "pull_request", "head") === undefined) return false;
  const base = field(payload, "pull_request", "base", "repo", "full_name") ?? env["GITHUB_REPOSITORY"];
  // A fork that was deleted since has no `repo`: then the two differ, as they should.
  return field(payload, "pull_request", "head", "repo", "full_name") !== base;
}

/** Events whose jobs get Dependabot's secrets in place of the repository's ("Dependabot on GitHub Actions"). */
const DEPENDABOT_EVENTS: readonly string[] = [
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "create",
  "deployment",
  "deployment_status",
];

/** The actor stays Dependabot when a person re-runs its workflow, and so do the missing secrets. */
function isDependabot(env: Env, payload: unknown): boolean {
  const bot = "dependabot[bot]";
  if (env["GITHUB_ACTOR"] !== bot) return false;
  const event = env["GITHUB_EVENT_NAME"] ?? "";
  return DEPENDABOT_EVENTS.includes(event) || (event === "pull_request_target" && field(payload, "pull_request", "user", "login") === bot);
}

/** What lies at a path of a payload, which may be anything. */
function field(payload: unknown, ...path: readonly string[]): unknown {
  let value = payload;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? undefined;
}

/** A command's text: the runner decodes these three, so a mask that isn't escaped hides another string than it should. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

function annotationLine({ severity, title, message, file, line }: Annotation): string {
  const properties = Object.entries({ file, line: file === undefined ? undefined : line, title })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${severity === "info" ? "notice" : severity} ${properties.join(",")}::${escapeData(message)}`;
}

/** `name=value`, and between delimiters that no value can hold by chance where it has several lines. */
function fileLines(variables: Variables, { random }: WriteContext): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (!/[\r\n]/.test(value)) return [`${name}=${value}`];
    const delimiter = `offshoot_${random()}`;
    return [`${name}<<${delimiter}`, value, delimiter];
  });
}
