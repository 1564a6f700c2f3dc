import { ciFlag, type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";

/**
 * Ids that all jobs of one run share, by the services that set them. Numbers that count per job definition, such
 * as a plain `BUILD_NUMBER`, are not among them: two jobs of one repository would meet.
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

/** Any CI that says `CI=true`. */
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
