import type { Env } from "../environment.ts";
import { ciFlag, type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";

/**
 * Variables with an id that all jobs of one run share. Numbers that are counted for each job definition, such as
 * `BUILD_NUMBER`, are left out: two jobs of one repository could have the same number.
 */
const RUN_IDS = {
  TRAVIS_BUILD_ID: "travis",
  SEMAPHORE_WORKFLOW_ID: "semaphore",
  DRONE_BUILD_NUMBER: "drone",
  CI_PIPELINE_NUMBER: "woodpecker",
  APPVEYOR_BUILD_ID: "appveyor",
  CI_BUILD_ID: "ci",
} as const;

/** The address of a server that somebody operates, or the name of the service that set the variables. */
const SERVERS = ["DRONE_SYSTEM_HOST", "CI_SYSTEM_HOST", "APPVEYOR_URL"] as const;

function serverOf(env: Env): string | undefined {
  const names = Object.entries(RUN_IDS).filter(([name]) => variable(env, name) !== undefined);
  return variable(env, ...SERVERS)?.toLowerCase() ?? names[0]?.[1];
}

const REPOSITORIES = ["TRAVIS_REPO_SLUG", "SEMAPHORE_GIT_REPO_SLUG", "DRONE_REPO", "CI_REPO", "APPVEYOR_REPO_NAME"] as const;

/** Variables of services that do not set `CI`: TeamCity, Bamboo, CodeBuild, GoCD. Without them, their builds would count as one user. */
const OTHERS = ["TEAMCITY_VERSION", "bamboo_buildKey", "CODEBUILD_BUILD_ID", "GO_PIPELINE_NAME"] as const;

/** Any CI that sets `CI=true`, and those of `OTHERS`. */
export const generic: CiService = {
  ...shellDefaults,
  detect(env) {
    if (!(ciFlag(env) ?? variable(env, ...OTHERS) !== undefined)) return undefined;
    return {
      service: "generic",
      isCi: true,
      facts: {
        service: "generic",
        server: serverOf(env),
        repository: variable(env, ...REPOSITORIES),
        ref: variable(env, "TRAVIS_BRANCH", "CI_COMMIT_BRANCH"),
        runId: variable(env, ...Object.keys(RUN_IDS)),
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
