import { repositoryFromRemote } from "../run/repository.ts";
import { type CiEnv, type CiService, positive, variable } from "./ci.ts";

/**
 * Ids that all jobs of one run share, by the services that set them. Numbers that count per job definition, such
 * as Jenkins' `BUILD_NUMBER`, are not among them: two jobs of one repository would meet.
 */
const RUN_IDS = [
  "BUILD_TAG", // Jenkins: job name and number
  "BUILD_BUILDID", // Azure Pipelines
  "BITBUCKET_PIPELINE_UUID",
  "TRAVIS_BUILD_ID",
  "SEMAPHORE_WORKFLOW_ID",
  "DRONE_BUILD_NUMBER",
  "CI_PIPELINE_NUMBER", // Woodpecker
  "APPVEYOR_BUILD_ID",
  "CI_BUILD_ID",
] as const;

const REPOSITORIES = [
  "BITBUCKET_REPO_FULL_NAME",
  "TRAVIS_REPO_SLUG",
  "SEMAPHORE_GIT_REPO_SLUG",
  "DRONE_REPO",
  "CI_REPO",
  "APPVEYOR_REPO_NAME",
] as const;

/** Any CI that says `CI=true`, or that is known by a mark of its own. */
export const generic: CiService = {
  detect(env) {
    if (!isCi(env)) return undefined;
    return {
      service: "generic",
      isCi: true,
      facts: {
        service: "generic",
        repository: variable(env, ...REPOSITORIES) ?? repositoryFromRemote(variable(env, "BUILD_REPOSITORY_URI", "GIT_URL")),
        ref: variable(env, "BITBUCKET_BRANCH", "TRAVIS_BRANCH", "BRANCH_NAME", "CI_COMMIT_BRANCH", "BUILD_SOURCEBRANCHNAME"),
        runId: variable(env, ...RUN_IDS),
        invocation: undefined,
        attempt: positive(variable(env, "SYSTEM_STAGEATTEMPT")) ?? 1,
        pullRequest: positive(variable(env, "CHANGE_ID", "BITBUCKET_PR_ID", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "TRAVIS_PULL_REQUEST")),
        shard: undefined,
        job: undefined,
      },
      secretsWithheld: false,
    };
  },
};

/** People set `CI=false` or `CI=0` to switch it off. */
function isCi(env: CiEnv): boolean {
  const flag = variable(env, "CI", "CONTINUOUS_INTEGRATION")?.toLowerCase();
  if (flag !== undefined) return !["false", "0", "no"].includes(flag);
  return variable(env, "JENKINS_URL", "TF_BUILD") !== undefined;
}
