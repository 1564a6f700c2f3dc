import type { Env } from "../environment.ts";
import { azure } from "./azure.ts";
import { bitbucket } from "./bitbucket.ts";
import { buildkite } from "./buildkite.ts";
import { type CiContext, type CiService, type CiServiceName, variable } from "./ci.ts";
import { circleci } from "./circleci.ts";
import { cloudflare } from "./cloudflare.ts";
import { generic } from "./generic.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { jenkins } from "./jenkins.ts";
import { netlify } from "./netlify.ts";
import { vercel } from "./vercel.ts";

/** In the order of detection: services with their own variable come before the generic one, which needs only `CI=true`. */
export const SERVICES: Readonly<Record<CiServiceName, CiService>> = {
  github,
  gitlab,
  circleci,
  buildkite,
  azure,
  bitbucket,
  jenkins,
  vercel,
  netlify,
  cloudflare,
  generic,
};

const NONE: CiContext = {
  service: "none",
  isCi: false,
  facts: {
    service: "none",
    repository: undefined,
    ref: undefined,
    runId: undefined,
    invocation: undefined,
    attempt: 1,
    pullRequest: undefined,
    shard: undefined,
    job: undefined,
  },
  secretsWithheld: false,
};

/** The CI service of this environment, or `none`. `payload` is the parsed content of the file at `eventPath`, if there is one. */
export function detectCi(env: Env, payload?: unknown): CiContext {
  for (const service of Object.values(SERVICES)) {
    const context = service.detect(env, payload);
    if (context !== undefined) return context;
  }
  return NONE;
}

/** The functions that write for the service of a context; undefined outside of a CI. */
export function serviceOf({ service }: Pick<CiContext, "service">): CiService | undefined {
  return service === "none" ? undefined : SERVICES[service];
}

/** Path of the JSON file that describes the event that started the job. Only GitHub has one. */
export function eventPath(env: Env): string | undefined {
  return env["GITHUB_ACTIONS"] === "true" ? variable(env, "GITHUB_EVENT_PATH") : undefined;
}
