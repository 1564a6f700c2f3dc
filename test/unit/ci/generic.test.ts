import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test("a number that is counted for each job is not used as run id", () => {
  expect(detectCi(ciFixture("generic/nameless").env)).toMatchObject({ service: "generic", isCi: true, facts: { runId: undefined } });
});

test.each([
  [
    "Travis",
    { TRAVIS_BUILD_ID: "5", TRAVIS_REPO_SLUG: "acme/shop", TRAVIS_PULL_REQUEST: "77" },
    { repository: "acme/shop", runId: "5", pullRequest: 77 },
  ],
  ["Semaphore", { SEMAPHORE_WORKFLOW_ID: "w-1" }, { repository: undefined, runId: "w-1", pullRequest: undefined }],
])("%s is known by the id of its run", (_name, env, facts) => {
  expect(detectCi({ CI: "true", ...env })).toMatchObject({ service: "generic", facts });
});

test.each(["false", "0", "No"])("CI=%s is not a CI", (CI) => {
  expect(detectCi({ CI })).toMatchObject({ service: "none", isCi: false });
});

test.each(["TEAMCITY_VERSION", "bamboo_buildKey", "CODEBUILD_BUILD_ID", "GO_PIPELINE_NAME"])(
  "a service that sets %s and not CI is a CI without an id of the run, so that two builds share no database",
  (name) => {
    expect(detectCi({ [name]: "x" })).toMatchObject({ service: "generic", isCi: true, facts: { runId: undefined } });
    expect(detectCi({ [name]: "x", CI: "false" })).toMatchObject({ service: "none" });
  },
);
