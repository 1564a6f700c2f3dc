import { type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults, shellLines } from "./shell.ts";
import { appendTo } from "./write.ts";

/**
 * CircleCI. A workflow that is "re-run from failed" gets a new `CIRCLE_WORKFLOW_ID`, but keeps the workspace of
 * the first, so `CIRCLE_WORKFLOW_WORKSPACE_ID` is what all jobs and re-runs share (CircleCI documentation,
 * "Project values and variables"; found so by percy/python-percy-client, pull request 45). No variable counts the
 * re-runs: each is an invocation of its own instead.
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
        repository: owner === undefined || name === undefined ? name : `${owner}/${name}`,
        ref: variable(env, "CIRCLE_BRANCH", "CIRCLE_TAG"),
        runId: variable(env, "CIRCLE_WORKFLOW_WORKSPACE_ID") ?? workflow,
        invocation: workflow,
        attempt: 1,
        // CIRCLE_PR_NUMBER is set for forks alone; CIRCLE_PULL_REQUEST is the request's URL.
        pullRequest: positiveInteger(variable(env, "CIRCLE_PR_NUMBER") ?? variable(env, "CIRCLE_PULL_REQUEST")?.split("/").at(-1)),
        shard: Number(variable(env, "CIRCLE_NODE_TOTAL") ?? 1) > 1 ? variable(env, "CIRCLE_NODE_INDEX") : undefined,
        job: variable(env, "CIRCLE_JOB"),
      },
      // Set for forks alone, to which secrets are passed only where the project says so.
      secretsWithheld: variable(env, "CIRCLE_PR_USERNAME", "CIRCLE_PR_REPONAME") !== undefined,
    };
  },
  ...shellDefaults,
  // Every later step of the job starts its shell from this file (CircleCI documentation, "BASH_ENV").
  exports: (variables, { env }) => appendTo(env["BASH_ENV"], ...shellLines(variables)),
};
