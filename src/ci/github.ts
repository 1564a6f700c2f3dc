import { inertForGithub } from "./inert.ts";
import { serverOfUrl } from "../identity/service-key.ts";
import type { Env } from "../environment.ts";
import { type CiService, positiveInteger, variable } from "./ci.ts";
import { type Annotation, maskable, stderr, appendTo, type Variables, type WriteContext } from "./write.ts";

/**
 * GitHub Actions. All jobs of a run have the same `GITHUB_RUN_ID`, also in re-runs and in reusable workflows.
 * `GITHUB_RUN_ATTEMPT` counts re-runs (GitHub documentation, "Variables reference"). No variable identifies one job of a
 * matrix.
 */
export const github: CiService = {
  detect(env, payload) {
    if (env["GITHUB_ACTIONS"] !== "true") return undefined;
    return {
      service: "github",
      isCi: true,
      facts: {
        service: "github",
        server: serverOfUrl(variable(env, "GITHUB_SERVER_URL")) ?? "github.com",
        repository: variable(env, "GITHUB_REPOSITORY"),
        ref: variable(env, "GITHUB_HEAD_REF", "GITHUB_REF_NAME"),
        runId: isIdOfAct(env) ? undefined : variable(env, "GITHUB_RUN_ID"),
        wrongRunId: isIdOfAct(env) ? "act gives every run of every user the id 1 (GITHUB_RUN_ID)." : undefined,
        invocation: undefined,
        attempt: positiveInteger(variable(env, "GITHUB_RUN_ATTEMPT")) ?? 1,
        pullRequest: pullRequestOf(env, payload),
        shard: undefined,
        job: variable(env, "GITHUB_JOB"),
      },
      secretsWithheld: isFork(env, payload) || isDependabot(env, payload),
    };
  },
  rerun: { service: "GitHub Actions", action: "Re-run failed jobs", onlyJob: false },
  // The runner reads commands from both streams. stdout is for data only, so commands are written to stderr.
  mask: (secrets) => stderr(...maskable(secrets).map((secret) => `::add-mask::${escapeData(secret)}`)),
  exports: (variables, context) => appendTo(context.env["GITHUB_ENV"], ...fileLines(variables, context)),
  outputs: (facts, context) => appendTo(context.env["GITHUB_OUTPUT"], ...fileLines(facts, context)),
  group: (title) => ({ begin: `::group::${escapeData(title)}\n`, end: "::endgroup::\n" }),
  // No output can know the token, so none can end this part (GitHub documentation, "Stopping and starting workflow commands").
  ignoreCommands({ random }) {
    const token = random();
    return { begin: `::stop-commands::${token}\n`, end: `::${token}::\n` };
  },
  inert: inertForGithub,
  annotate: (annotation) => stderr(annotationLine(annotation)),
  summary: (markdown, { env }) => appendTo(env["GITHUB_STEP_SUMMARY"], markdown),
};

/**
 * act, which plays workflows on a developer's machine, gives every run of every user the id 1 (`pkg/runner/run_context.go`
 * of nektos/act), unless the user sets another one.
 */
function isIdOfAct(env: Env): boolean {
  return env["ACT"] === "true" && variable(env, "GITHUB_RUN_ID") === "1";
}

/** The event has precedence, because a closed pull request no longer has a merge ref. */
function pullRequestOf(env: Env, payload: unknown): number | undefined {
  const number = field(payload, "pull_request", "number");
  return positiveInteger(typeof number === "number" ? String(number) : /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1]);
}

/** `pull_request_target` runs the workflow of the base repository with its secrets, also for forks. */
function isFork(env: Env, payload: unknown): boolean {
  if (env["GITHUB_EVENT_NAME"] === "pull_request_target" || field(payload, "pull_request", "head") === undefined) return false;
  const base = field(payload, "pull_request", "base", "repo", "full_name") ?? env["GITHUB_REPOSITORY"];
  // A deleted fork has no `repo`, so the comparison is false and the job counts as one of a fork.
  return field(payload, "pull_request", "head", "repo", "full_name") !== base;
}

/** Events whose jobs get Dependabot's secrets instead of the repository's ("Dependabot on GitHub Actions"). */
const DEPENDABOT_EVENTS: readonly string[] = [
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "create",
  "deployment",
  "deployment_status",
];

/** When a person re-runs a workflow of Dependabot, the actor is still Dependabot and the secrets are still withheld. */
function isDependabot(env: Env, payload: unknown): boolean {
  const bot = "dependabot[bot]";
  if (env["GITHUB_ACTOR"] !== bot) return false;
  const event = env["GITHUB_EVENT_NAME"] ?? "";
  return DEPENDABOT_EVENTS.includes(event) || (event === "pull_request_target" && field(payload, "pull_request", "user", "login") === bot);
}

/** The value at a path of a payload; undefined if the path does not exist. */
function field(payload: unknown, ...path: readonly string[]): unknown {
  let value = payload;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? undefined;
}

/** Escapes the text of a command. The runner decodes these three characters, so an unescaped mask would hide another string. */
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

/** `name=value`. A value with several lines is enclosed in unpredictable delimiters, so that no value can contain them. */
function fileLines(variables: Variables, { random }: WriteContext): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (!/[\r\n]/.test(value)) return [`${name}=${value}`];
    const delimiter = `offshoot_${random()}`;
    return [`${name}<<${delimiter}`, value, delimiter];
  });
}
