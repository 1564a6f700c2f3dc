import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test("Jenkins is detected by JENKINS_URL, and its run id has the job's name and number", () => {
  expect(detectCi(ciFixture("jenkins/pull-request").env)).toMatchObject({
    service: "jenkins",
    facts: {
      repository: "acme/shop",
      runId: expect.stringMatching(/^jenkins-shop-PR-77-88-[0-9a-z]{8}$/),
      pullRequest: 77,
      attempt: 1,
      ref: "fix/outbox-order",
    },
  });
});

test("two jobs with one BUILD_TAG have different run ids, and the stages of one build have the same", () => {
  const build = { JENKINS_URL: "https://ci.example/", BUILD_NUMBER: "7", BUILD_TAG: "jenkins-nightly-main-7" };
  const runIdOf = (env: Record<string, string>) => detectCi({ ...build, ...env }).facts.runId;
  const folder = runIdOf({ JOB_NAME: "nightly/main" });
  expect(runIdOf({ JOB_NAME: "nightly-main" })).not.toBe(folder);
  expect(runIdOf({ JOB_NAME: "nightly/main", JENKINS_URL: "https://other.example/" })).not.toBe(folder);
  expect(runIdOf({ JOB_NAME: "nightly/main", STAGE_NAME: "test", EXECUTOR_NUMBER: "2" })).toBe(folder);
});
