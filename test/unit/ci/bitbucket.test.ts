import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test("all steps of a Bitbucket pipeline have the same run id", () => {
  expect(detectCi(ciFixture("bitbucket/pull-request").env)).toMatchObject({
    service: "bitbucket",
    facts: { repository: "acme/shop", runId: "{6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d}", pullRequest: 77, attempt: 1 },
  });
});

test("a step that runs again is a higher attempt of the same run", () => {
  const { env } = ciFixture("bitbucket/pull-request");
  expect(detectCi({ ...env, BITBUCKET_STEP_RUN_NUMBER: "3" }).facts).toMatchObject({ attempt: 3, runId: env["BITBUCKET_PIPELINE_UUID"] });
});
