import { inertForBuildkite } from "./inert.ts";
import type { Env } from "../environment.ts";
import { repositoryFromRemote } from "../identity/git-remote.ts";
import { type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";
import { maskable, type Write } from "./write.ts";

/**
 * Buildkite. All jobs of a build have the same `BUILDKITE_BUILD_ID`, also retried jobs; a rebuild has a new id.
 * `BUILDKITE_RETRY_COUNT` counts the retries of this job only (Buildkite documentation, "Environment variables"). A
 * retried job is a new job with an id of its own (Buildkite changelog, "Job retries").
 */
export const buildkite: CiService = {
  detect(env) {
    if (env["BUILDKITE"] !== "true") return undefined;
    return {
      service: "buildkite",
      isCi: true,
      facts: {
        service: "buildkite",
        isRunIdGlobal: true,
        repository: repositoryFromRemote(env["BUILDKITE_REPO"]) ?? pipelineOf(env),
        ref: variable(env, "BUILDKITE_BRANCH", "BUILDKITE_TAG"),
        runId: variable(env, "BUILDKITE_BUILD_ID"),
        invocation: undefined,
        attempt: 1 + (positiveInteger(variable(env, "BUILDKITE_RETRY_COUNT")) ?? 0),
        isAttemptOfJob: true,
        // "false" if the build does not belong to a pull request.
        pullRequest: positiveInteger(variable(env, "BUILDKITE_PULL_REQUEST")),
        shard: variable(env, "BUILDKITE_PARALLEL_JOB"),
        job: variable(env, "BUILDKITE_STEP_KEY", "BUILDKITE_LABEL"),
        jobId: variable(env, "BUILDKITE_JOB_ID"),
      },
      secretsWithheld: isFork(env),
    };
  },
  rerun: { service: "Buildkite", action: "Retry", onlyJob: false },
  ...shellDefaults,
  mask(secrets) {
    const hidden = maskable(secrets);
    if (hidden.length === 0) return [];
    const input = JSON.stringify(Object.fromEntries(hidden.map((secret, at) => [`secret${at + 1}`, secret])));
    return [agent(input, "redactor", "add", "--format", "json")];
  },
  // The value is passed through standard input, because other users of the machine can read command lines.
  outputs: (facts) => Object.entries(facts).map(([name, value]) => agent(value, "meta-data", "set", `offshoot:${name}`)),
  inert: inertForBuildkite,
  group: (title) => ({ begin: `~~~ ${title}\n`, end: "" }),
  annotate: ({ severity, title, message }) => [
    agent(`**${title}**\n\n${message}\n`, "annotate", "--style", severity, "--context", `offshoot-${severity}`, "--append"),
  ],
  summary: (markdown, { env }) => [
    agent(markdown, "annotate", "--style", "info", "--context", `offshoot-${variable(env, "BUILDKITE_JOB_ID") ?? "job"}`, "--append"),
  ],
};

/** Agents usually withhold secrets from forks with hooks. The two URLs can have different forms. */
function isFork(env: Env): boolean {
  const head = repositoryFromRemote(env["BUILDKITE_PULL_REQUEST_REPO"]);
  const base = repositoryFromRemote(env["BUILDKITE_REPO"]);
  return head !== undefined && base !== undefined && head.toLowerCase() !== base.toLowerCase();
}

function pipelineOf(env: Env): string | undefined {
  const organization = variable(env, "BUILDKITE_ORGANIZATION_SLUG");
  const pipeline = variable(env, "BUILDKITE_PIPELINE_SLUG");
  return organization === undefined || pipeline === undefined ? undefined : `${organization}/${pipeline}`;
}

/** Calls the agent's program, which is on the path of every job (Buildkite documentation, "buildkite-agent"). */
function agent(input: string, ...args: readonly string[]): Write {
  return { to: "program", argv: ["buildkite-agent", ...args], input };
}
