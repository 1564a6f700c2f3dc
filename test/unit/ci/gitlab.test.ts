import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string) => detectCi(ciFixture(`gitlab/${name}`).env);

test("all jobs of a GitLab pipeline have the same run id", () => {
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

test("a merge request has its own number and its own branch", () => {
  expect(detected("merge-request")).toMatchObject({ facts: { pullRequest: 31, ref: "fix/outbox-order" }, secretsWithheld: false });
});

test("a fork's merge request belongs to the target project, and the target's secrets are withheld", () => {
  expect(detected("fork-merge-request")).toMatchObject({
    facts: { repository: "acme/platform/shop", pullRequest: 31 },
    secretsWithheld: true,
  });
});

test("a fork's merge request that a member runs in the target project gets the secrets", () => {
  expect(detected("fork-merge-request-in-target").secretsWithheld).toBe(false);
});

test("parallel copies have the same run id and different shards", () => {
  expect(detected("parallel").facts).toMatchObject({ runId: "1712345678", shard: "3" });
});

test("a job has its number, which is higher when it is retried", () => {
  expect(detected("parallel").facts).toMatchObject({ job: "integration 3/5", jobId: "9012345678" });
});
