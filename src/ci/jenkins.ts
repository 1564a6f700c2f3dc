import { repositoryFromRemote } from "../identity/git-remote.ts";
import { ciFlag, type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults, plainLines } from "./shell.ts";
import { stdout } from "./write.ts";

/** Jenkins. `BUILD_TAG` has the job's name and number. The number alone is counted for each job, so two jobs could share it. */
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
        repository: repositoryFromRemote(variable(env, "GIT_URL", "GIT_URL_1")),
        ref: variable(env, "CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH"),
        runId: variable(env, "BUILD_TAG"),
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
  // For `withEnv(sh(script: …, returnStdout: true).readLines())`, because each `sh` starts a new shell.
  exports: (variables) => stdout(...plainLines(variables)),
};
