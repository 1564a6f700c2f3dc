import { type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults, shellLines } from "./shell.ts";
import { appendTo } from "./write.ts";

/**
 * CircleCI. A workflow that is "re-run from failed" gets a new `CIRCLE_WORKFLOW_ID`, but keeps the workspace of the first
 * one. So `CIRCLE_WORKFLOW_WORKSPACE_ID` is equal for all jobs and re-runs (CircleCI documentation, "Project values and
 * variables"; confirmed by percy/python-percy-client, pull request 45). No variable counts the re-runs, so each one is a
 * separate invocation.
 */
export const circleci: CiService = {
  detect(env) {
    if (env["CIRCLECI"] !== "true") return undefined;
    const owner = variable(env, "CIRCLE_PROJECT_USERNAME");
    const name = variable(env, "CIRCLE_PROJECT_REPONAME");
    const workflow = variable(env, "CIRCLE_WORKFLOW_ID");
    return {
      service: "circleci",
      isCi: true,
      facts: {
        service: "circleci",
        isRunIdGlobal: true,
        repository: owner === undefined || name === undefined ? name : `${owner}/${name}`,
        ref: variable(env, "CIRCLE_BRANCH", "CIRCLE_TAG"),
        runId: variable(env, "CIRCLE_WORKFLOW_WORKSPACE_ID") ?? workflow,
        invocation: workflow,
        attempt: 1,
        // CIRCLE_PR_NUMBER is set for forks only. CIRCLE_PULL_REQUEST is the URL of the pull request.
        pullRequest: positiveInteger(variable(env, "CIRCLE_PR_NUMBER") ?? variable(env, "CIRCLE_PULL_REQUEST")?.split("/").at(-1)),
        shard: Number(variable(env, "CIRCLE_NODE_TOTAL") ?? 1) > 1 ? variable(env, "CIRCLE_NODE_INDEX") : undefined,
        job: variable(env, "CIRCLE_JOB"),
      },
      // These are set for forks only. Forks get secrets only if the project allows it.
      secretsWithheld: variable(env, "CIRCLE_PR_USERNAME", "CIRCLE_PR_REPONAME") !== undefined,
    };
  },
  rerun: { service: "CircleCI", action: "Rerun workflow from failed", onlyJob: false },
  ...shellDefaults,
  // The shell of every later step reads this file when it starts (CircleCI documentation, "BASH_ENV").
  exports: (variables, { env }) => appendTo(env["BASH_ENV"], ...shellLines(variables)),
};
