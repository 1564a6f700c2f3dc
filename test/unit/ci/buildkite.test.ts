import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string) => detectCi(ciFixture(`buildkite/${name}`).env);

test("all jobs of a Buildkite build have the same run id", () => {
  expect(detected("push")).toMatchObject({
    service: "buildkite",
    isCi: true,
    facts: {
      service: "buildkite",
      repository: "acme/shop",
      ref: "main",
      runId: "0199a2b3-c4d5-4e6f-8071-8293a4b5c6d7",
      attempt: 1,
      pullRequest: undefined,
      shard: undefined,
      job: "integration",
    },
    secretsWithheld: false,
  });
});

test("a retried job has a higher attempt of the job in the same build, and an id of its own", () => {
  expect(detected("retry").facts).toEqual({
    ...detected("push").facts,
    attempt: 3,
    isAttemptOfJob: true,
    jobId: "0199a2b3-beef-4e6f-8071-8293a4b5c6d9",
  });
});

test("a pull request of the same repository is not a fork, in any form of its URL", () => {
  expect(detected("pull-request")).toMatchObject({ facts: { pullRequest: 77 }, secretsWithheld: false });
});

test("a fork's pull request is detected by its repository", () => {
  expect(detected("fork-pull-request")).toMatchObject({ facts: { repository: "acme/shop", pullRequest: 78 }, secretsWithheld: true });
});

test("parallel jobs have the same run id and different shards, also the first job", () => {
  expect(detected("parallel").facts).toMatchObject({ runId: detected("push").facts.runId, shard: "2" });
  expect(detectCi({ ...ciFixture("buildkite/parallel").env, BUILDKITE_PARALLEL_JOB: "0" }).facts.shard).toBe("0");
});

test("a repository without a URL is named by organization and pipeline", () => {
  expect(detectCi({ ...ciFixture("buildkite/push").env, BUILDKITE_REPO: "/srv/git/shop" }).facts.repository).toBe("acme/shop");
});
