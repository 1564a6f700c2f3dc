import { type CiService, positive, variable } from "./ci.ts";

/**
 * GitLab CI. `CI_PIPELINE_ID` is unique on the instance and shared by all jobs of a pipeline, retried ones
 * included (GitLab documentation, "Predefined CI/CD variables"). No variable counts the retries of a job, and a
 * child pipeline has an id of its own.
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
        // The number of a merge request counts in the project that it goes into.
        repository: target ?? project,
        ref: variable(env, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
        runId: variable(env, "CI_PIPELINE_ID"),
        invocation: undefined,
        attempt: 1,
        pullRequest: positive(variable(env, "CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID")),
        shard: variable(env, "CI_NODE_INDEX"),
        job: variable(env, "CI_JOB_NAME"),
      },
      // A fork's pipeline runs in the fork with the fork's variables, unless a member starts it in the target
      // project, which lends its own ("Merge request pipelines", use with forked projects).
      secretsWithheld: target !== undefined && project !== target,
    };
  },
};
