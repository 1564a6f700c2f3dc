import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string) => detectCi(ciFixture(`gitlab/${name}`).env);

test("a pipeline's jobs share its id", () => {
  expect(detected("push")).toMatchObject({
    service: "gitlab",
    isCi: true,
    facts: {
      service: "gitlab",
      repository: "acme/platform/shop",
      ref: "main",
      runId: "1712345678",
      attempt: 1,
      pullRequest: undefined,
      shard: undefined,
      job: "integration",
    },
    secretsWithheld: false,
  });
});

test("a merge request has its number and its own branch", () => {
  expect(detected("merge-request")).toMatchObject({ facts: { pullRequest: 31, ref: "fix/outbox-order" }, secretsWithheld: false });
});

test("a fork's merge request belongs to the target project and lacks its secrets", () => {
  expect(detected("fork-merge-request")).toMatchObject({
    facts: { repository: "acme/platform/shop", pullRequest: 31 },
    secretsWithheld: true,
  });
});

test("a fork's merge request that a member runs in the target project has its secrets", () => {
  expect(detected("fork-merge-request-in-target").secretsWithheld).toBe(false);
});

test("parallel copies have one run id and a shard each", () => {
  expect(detected("parallel").facts).toMatchObject({ runId: "1712345678", shard: "3" });
});
