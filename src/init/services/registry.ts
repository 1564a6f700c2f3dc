import { azure } from "./azure.ts";
import { bitbucket } from "./bitbucket.ts";
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { jenkins } from "./jenkins.ts";
import type { CiService } from "./service.ts";

/** The CI services for which `init` can write a pipeline. */
export const CI_SERVICES = { github, gitlab, circleci, buildkite, azure, bitbucket, jenkins } as const satisfies Readonly<
  Record<string, CiService>
>;

export type CiServiceName = keyof typeof CI_SERVICES;
