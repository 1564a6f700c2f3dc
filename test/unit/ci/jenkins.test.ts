import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test("Jenkins is detected by JENKINS_URL, and its run id has the job's name and number", () => {
  expect(detectCi(ciFixture("jenkins/pull-request").env)).toMatchObject({
    service: "jenkins",
    facts: { repository: "acme/shop", runId: "jenkins-shop-PR-77-88", pullRequest: 77, attempt: 1, ref: "fix/outbox-order" },
  });
});
