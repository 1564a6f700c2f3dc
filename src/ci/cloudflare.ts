import { type CiService, variable } from "./ci.ts";
import { shellDefaults } from "./shell.ts";
import { sharedByBranch } from "./preview-key.ts";

/**
 * Builds of Cloudflare: Pages and Workers Builds (documentation, "Build configuration"). No variable says whether a build is for
 * production, or which repository it builds: that one is known from the checkout.
 */
export const cloudflare: CiService = {
  ...shellDefaults,
  detect(env) {
    if (variable(env, "CF_PAGES", "WORKERS_CI") === undefined) return undefined;
    const ref = variable(env, "CF_PAGES_BRANCH", "WORKERS_CI_BRANCH");
    return {
      service: "cloudflare",
      isCi: true,
      facts: {
        service: "cloudflare",
        repository: undefined,
        ref,
        runId: sharedByBranch(undefined, ref),
        // The address of a deployment of Pages has an id of its own.
        invocation: variable(env, "WORKERS_CI_BUILD_UUID", "CF_PAGES_URL"),
        attempt: 1,
        pullRequest: undefined,
        shard: undefined,
        job: undefined,
      },
      secretsWithheld: false,
      deployment: "unknown",
    };
  },
  rerun: { service: "Cloudflare", action: "Retry build", onlyJob: false },
};
