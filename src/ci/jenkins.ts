import { repositoryFromRemote } from "../identity/git-remote.ts";
import { ciFlag, type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults, plainLines } from "./shell.ts";
import { stdout } from "./write.ts";

/** Jenkins. `BUILD_TAG` is job name and number: the number alone counts per job, so that two jobs would meet. */
export const jenkins: CiService = {
  ...shellDefaults,
  detect(env) {
    // People set this one on their own machines too, for Jenkins' command line.
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
      // Whether a fork's build gets credentials is decided per job, and no variable tells it.
      secretsWithheld: false,
    };
  },
  // For `withEnv(sh(script: …, returnStdout: true).readLines())`: each `sh` is a shell of its own.
  exports: (variables) => stdout(...plainLines(variables)),
};
