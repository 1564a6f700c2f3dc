import { inertForGitlab } from "./inert.ts";
import { serverOfUrl } from "../identity/service-key.ts";
import { type CiService, positiveInteger, variable } from "./ci.ts";
import { asVariables, shellDefaults, plainLines } from "./shell.ts";
import type { WriteContext } from "./write.ts";

/**
 * GitLab CI. `CI_PIPELINE_ID` is unique on the instance, and equal for all jobs of a pipeline, also retried ones (GitLab
 * documentation, "Predefined CI/CD variables"). No variable counts the retries of a job, but a retried job keeps its name and
 * its index, and has a higher `CI_JOB_ID`. A child pipeline has a different id.
 */
export const gitlab: CiService = {
  detect(env) {
    if (env["GITLAB_CI"] !== "true") return undefined;
    const project = variable(env, "CI_PROJECT_PATH");
    const target = variable(env, "CI_MERGE_REQUEST_PROJECT_PATH");
    return {
      service: "gitlab",
      isCi: true,
      facts: {
        service: "gitlab",
        server: serverOfUrl(variable(env, "CI_SERVER_URL")) ?? variable(env, "CI_SERVER_HOST")?.toLowerCase(),
        // The number of a merge request is counted in its target project.
        repository: target ?? project,
        ref: variable(env, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
        runId: variable(env, "CI_PIPELINE_ID"),
        invocation: undefined,
        attempt: 1,
        pullRequest: positiveInteger(variable(env, "CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID")),
        shard: variable(env, "CI_NODE_INDEX"),
        job: variable(env, "CI_JOB_NAME"),
        jobId: variable(env, "CI_JOB_ID"),
      },
      // The pipeline of a fork runs in the fork with the fork's variables. If a member starts it in the target project, it
      // has the target's variables ("Merge request pipelines", use with forked projects).
      secretsWithheld: target !== undefined && project !== target,
    };
  },
  rerun: { service: "GitLab", action: "Retry", onlyJob: true },
  ...shellDefaults,
  // Every member of the project can download this artifact, so it must not contain secrets.
  outputs: (facts) => [
    {
      to: "file",
      path: "offshoot.env",
      text: plainLines(asVariables(facts))
        .map((line) => `${line}\n`)
        .join(""),
    },
  ],
  inert: inertForGitlab,
  group: (title, context) => section(title, context),
};

/** A folded section. Its start and end are control sequences with a time in seconds and a name (GitLab documentation, "Job logs"). */
function section(title: string, { now, random }: WriteContext): { begin: string; end: string } {
  const name = `offshoot_${random()}`;
  const at = (): number => Math.floor(now().getTime() / 1000);
  const erase = "\r\u001B[0K";
  return {
    begin: `\u001B[0Ksection_start:${at()}:${name}[collapsed=true]${erase}${title}\n`,
    get end() {
      return `\u001B[0Ksection_end:${at()}:${name}${erase}\n`;
    },
  };
}
