import { repositoryFromRemote } from "../identity/git-remote.ts";
import { type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";
import { sharedByBranch } from "./preview-key.ts";

/**
 * Builds of Netlify (documentation, "Build environment variables"). Its command line sets the same variables on a developer's machine,
 * with `NETLIFY_LOCAL=true` or `NETLIFY_DEV=true`.
 */
export const netlify: CiService = {
  ...shellDefaults,
  detect(env) {
    const isLocal = ["NETLIFY_LOCAL", "NETLIFY_DEV"].some((name) => variable(env, name) === "true") || variable(env, "CONTEXT") === "dev";
    if (variable(env, "NETLIFY") !== "true" || isLocal) return undefined;
    const isPullRequest = variable(env, "PULL_REQUEST") === "true";
    const pullRequest = isPullRequest ? positiveInteger(variable(env, "REVIEW_ID")) : undefined;
    // In a deploy preview, `BRANCH` is the ref of the merge and `HEAD` the branch.
    const ref = variable(env, "HEAD", "BRANCH");
    return {
      service: "netlify",
      isCi: true,
      facts: {
        service: "netlify",
        repository: repositoryFromRemote(variable(env, "REPOSITORY_URL")),
        ref,
        runId: sharedByBranch(pullRequest, ref),
        invocation: variable(env, "BUILD_ID", "DEPLOY_ID"),
        attempt: 1,
        pullRequest,
        shard: undefined,
        job: undefined,
      },
      secretsWithheld: false,
      deployment: ["deploy-preview", "branch-deploy"].includes(variable(env, "CONTEXT") ?? "") ? "preview" : "production",
    };
  },
  rerun: { service: "Netlify", action: "Retry deploy", onlyJob: false },
};
