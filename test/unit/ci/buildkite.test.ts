import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string) => detectCi(ciFixture(`buildkite/${name}`).env);

test("a build's jobs share its id", () => {
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

test("a retried job has a higher attempt in the same build", () => {
  expect(detected("retry").facts).toEqual({ ...detected("push").facts, attempt: 3 });
});

test("a pull request of the repository itself is no fork, whatever the spelling of its URL", () => {
  expect(detected("pull-request")).toMatchObject({ facts: { pullRequest: 77 }, secretsWithheld: false });
});

test("a fork's pull request is known by its repository", () => {
  expect(detected("fork-pull-request")).toMatchObject({ facts: { repository: "acme/shop", pullRequest: 78 }, secretsWithheld: true });
});

test("parallel jobs have one run id and a shard each, the first one too", () => {
  expect(detected("parallel").facts).toMatchObject({ runId: detected("push").facts.runId, shard: "2" });
  expect(detectCi({ ...ciFixture("buildkite/parallel").env, BUILDKITE_PARALLEL_JOB: "0" }).facts.shard).toBe("0");
});

test("a repository that is no URL is named by organization and pipeline", () => {
  expect(detectCi({ ...ciFixture("buildkite/push").env, BUILDKITE_REPO: "/srv/git/shop" }).facts.repository).toBe("acme/shop");
});
