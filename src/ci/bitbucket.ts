import { type CiService, positiveInteger, variable } from "./ci.ts";
import { asVariables, shellDefaults, plainLines } from "./shell.ts";
import { appendTo } from "./write.ts";

/**
 * Bitbucket Pipelines. All steps of a pipeline have the same `BITBUCKET_PIPELINE_UUID`, also steps that run again
 * (Atlassian documentation, "Variables and secrets"). The pipeline of a fork runs in the fork, with the fork's variables.
 */
export const bitbucket: CiService = {
  ...shellDefaults,
  detect(env) {
    if (variable(env, "BITBUCKET_PIPELINE_UUID", "BITBUCKET_BUILD_NUMBER") === undefined) return undefined;
    return {
      service: "bitbucket",
      isCi: true,
      facts: {
        service: "bitbucket",
        server: "bitbucket.org",
        isRunIdGlobal: true,
        repository: variable(env, "BITBUCKET_REPO_FULL_NAME"),
        ref: variable(env, "BITBUCKET_BRANCH", "BITBUCKET_TAG"),
        runId: variable(env, "BITBUCKET_PIPELINE_UUID"),
        invocation: undefined,
        attempt: positiveInteger(variable(env, "BITBUCKET_STEP_RUN_NUMBER")) ?? 1,
        isAttemptOfJob: true,
        pullRequest: positiveInteger(variable(env, "BITBUCKET_PR_ID")),
        shard: variable(env, "BITBUCKET_PARALLEL_STEP"),
        job: undefined,
        jobId: variable(env, "BITBUCKET_STEP_UUID"),
      },
      secretsWithheld: false,
    };
  },
  rerun: { service: "Bitbucket", action: "Rerun failed steps", onlyJob: false },
  // Bitbucket reads the file at the end of the step, and passes on the names that the step lists under `output-variables`.
  outputs: (facts, { env }) => appendTo(env["BITBUCKET_PIPELINES_VARIABLES_PATH"], ...plainLines(asVariables(facts))),
};
