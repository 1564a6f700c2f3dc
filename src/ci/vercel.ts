import { type CiService, positiveInteger, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";
import { sharedByBranch } from "./preview-key.ts";

/**
 * Builds of Vercel (documentation, "System environment variables"). `vercel env pull` writes some of the variables into a file for a
 * developer's machine, with the environment `development` and without `CI`.
 */
export const vercel: CiService = {
  ...shellDefaults,
  detect(env) {
    const environment = variable(env, "VERCEL_ENV");
    if (variable(env, "VERCEL") === undefined || variable(env, "CI") === undefined || environment === "development") return undefined;
    const [owner, slug] = [variable(env, "VERCEL_GIT_REPO_OWNER"), variable(env, "VERCEL_GIT_REPO_SLUG")];
    const ref = variable(env, "VERCEL_GIT_COMMIT_REF");
    const pullRequest = positiveInteger(variable(env, "VERCEL_GIT_PULL_REQUEST_ID"));
    return {
      service: "vercel",
      isCi: true,
      facts: {
        service: "vercel",
        repository: owner === undefined || slug === undefined ? undefined : `${owner}/${slug}`,
        ref,
        runId: sharedByBranch(pullRequest, ref),
        invocation: variable(env, "VERCEL_DEPLOYMENT_ID", "VERCEL_URL"),
        attempt: 1,
        pullRequest,
        shard: undefined,
        job: undefined,
      },
      secretsWithheld: false,
      // A custom environment has `preview` here, and its own name in `VERCEL_TARGET_ENV`.
      deployment: environment === "preview" ? "preview" : "production",
    };
  },
  rerun: { service: "Vercel", action: "Redeploy", onlyJob: false },
};
