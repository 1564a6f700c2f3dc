import { ciFlag, type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";

/**
 * Variables with an id that all jobs of one run share. Numbers that are counted for each job definition, such as
 * `BUILD_NUMBER`, are left out: two jobs of one repository could have the same number.
 */
const RUN_IDS = [
  "TRAVIS_BUILD_ID",
  "SEMAPHORE_WORKFLOW_ID",
  "DRONE_BUILD_NUMBER",
  "CI_PIPELINE_NUMBER", // Woodpecker
  "APPVEYOR_BUILD_ID",
  "CI_BUILD_ID",
] as const;

const REPOSITORIES = ["TRAVIS_REPO_SLUG", "SEMAPHORE_GIT_REPO_SLUG", "DRONE_REPO", "CI_REPO", "APPVEYOR_REPO_NAME"] as const;

/** Any CI that sets `CI=true`. */
export const generic: CiService = {
  ...shellDefaults,
  detect(env) {
    if (ciFlag(env) !== true) return undefined;
    return {
      service: "generic",
      isCi: true,
      facts: {
        service: "generic",
        repository: variable(env, ...REPOSITORIES),
        ref: variable(env, "TRAVIS_BRANCH", "CI_COMMIT_BRANCH"),
        runId: variable(env, ...RUN_IDS),
        invocation: undefined,
        attempt: 1,
        pullRequest: positiveInteger(variable(env, "TRAVIS_PULL_REQUEST")),
        shard: undefined,
        job: undefined,
      },
      secretsWithheld: false,
    };
  },
};
