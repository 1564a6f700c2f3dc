import { azure } from "./azure.ts";
import { bitbucket } from "./bitbucket.ts";
import { buildkite } from "./buildkite.ts";
import { circleci } from "./circleci.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { jenkins } from "./jenkins.ts";
import type { Service } from "./service.ts";

/** The services that `init` writes for. */
export const TEMPLATES = { github, gitlab, circleci, buildkite, azure, bitbucket, jenkins } as const satisfies Readonly<
  Record<string, Service>
>;

export type TemplateName = keyof typeof TEMPLATES;
