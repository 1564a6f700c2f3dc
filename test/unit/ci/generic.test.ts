import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string) => detectCi(ciFixture(`generic/${name}`).env);

test.each([
  ["jenkins", { repository: "acme/shop", runId: "jenkins-shop-PR-77-88", pullRequest: 77, attempt: 1 }],
  ["azure", { repository: "acme/shop", runId: "20871", pullRequest: undefined, attempt: 2, ref: "main" }],
  ["bitbucket", { repository: "acme/shop", runId: "{6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d}", pullRequest: 77, attempt: 1 }],
])("%s is known by the id of its run", (name, facts) => {
  expect(detected(name)).toMatchObject({ service: "generic", isCi: true, facts });
});

test("a number that counts per job is not taken for a run's id", () => {
  expect(detected("nameless")).toMatchObject({ service: "generic", isCi: true, facts: { runId: undefined } });
});
