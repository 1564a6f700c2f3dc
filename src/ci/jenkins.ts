import type { Env } from "../environment.ts";
import { repositoryFromRemote } from "../identity/git-remote.ts";
import { serverOfUrl } from "../identity/service-key.ts";
import { shortHash } from "../identity/slug.ts";
import { ciFlag, type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults, plainLines } from "./shell.ts";
import { stdout } from "./write.ts";

/**
 * Jenkins. `BUILD_TAG` has the job's name and number, but with `-` for each `/` in the name: the jobs `nightly/main` and
 * `nightly-main` have the same one (`CoreEnvironmentContributor` of Jenkins). So a hash of the job's own name, and of the
 * server's address, comes after it. The number alone is counted for each job.
 */
export const jenkins: CiService = {
  ...shellDefaults,
  detect(env) {
    // Developers also set this variable on their own machines, for the command line of Jenkins.
    if (variable(env, "JENKINS_URL") === undefined || ciFlag(env) === false) return undefined;
    return {
      service: "jenkins",
      isCi: true,
      facts: {
        service: "jenkins",
        server: serverOfUrl(variable(env, "JENKINS_URL")),
        // Its hash covers the server.
        isRunIdGlobal: true,
        repository: repositoryFromRemote(variable(env, "GIT_URL", "GIT_URL_1")),
        ref: variable(env, "CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH"),
        runId: runIdOf(env),
        invocation: undefined,
        attempt: 1,
        pullRequest: positiveInteger(variable(env, "CHANGE_ID")),
        shard: undefined,
        job: variable(env, "STAGE_NAME"),
      },
      // Each job decides whether builds of forks get credentials, and no variable shows it.
      secretsWithheld: false,
    };
  },
  rerun: { service: "Jenkins", action: "Build Now", onlyJob: false },
  // For `withEnv(sh(script: …, returnStdout: true).readLines())`, because each `sh` starts a new shell.
  exports: (variables) => stdout(...plainLines(variables)),
};

function runIdOf(env: Env): string | undefined {
  const tag = variable(env, "BUILD_TAG");
  if (tag === undefined) return undefined;
  return `${tag}-${shortHash(JSON.stringify([variable(env, "JENKINS_URL"), variable(env, "JOB_NAME"), variable(env, "BUILD_NUMBER")]), 8)}`;
}
