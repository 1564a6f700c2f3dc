import { readAzure } from "./azure.ts";
import { readBitbucket } from "./bitbucket.ts";
import { readBuildkite } from "./buildkite.ts";
import { readCircleci } from "./circleci.ts";
import { readGitlab } from "./gitlab.ts";
import { readJenkins } from "./jenkins.ts";
import type { ReadPipeline } from "./pipeline.ts";

/** How the pipelines of a service are read, and the environment of its jobs, a file in `mocks/ci/`. */
export interface Readable {
  readonly read: ReadPipeline;
  readonly fixture: string;
}

export const READABLE = {
  gitlab: { read: readGitlab, fixture: "gitlab/push" },
  circleci: { read: readCircleci, fixture: "circleci/push" },
  buildkite: { read: readBuildkite, fixture: "buildkite/push" },
  azure: { read: readAzure, fixture: "azure/stage-retry" },
  bitbucket: { read: readBitbucket, fixture: "bitbucket/pull-request" },
  jenkins: { read: readJenkins, fixture: "jenkins/pull-request" },
} as const satisfies Readonly<Record<string, Readable>>;
