import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string) => detectCi(ciFixture(`circleci/${name}`).env);

test("all jobs of a CircleCI workflow have the id of its workspace as run id", () => {
  expect(detected("push")).toMatchObject({
    service: "circleci",
    isCi: true,
    facts: {
      service: "circleci",
      repository: "acme/shop",
      ref: "fix/outbox-order",
      runId: "3f1e2d3c-4b5a-4697-8876-655443322110",
      attempt: 1,
      pullRequest: undefined,
      shard: undefined,
      job: "integration",
    },
    secretsWithheld: false,
  });
});

test("a re-run from failed is the same run and a new invocation", () => {
  const [first, again] = [detected("push").facts, detected("rerun-from-failed").facts];
  expect(again.runId).toBe(first.runId);
  expect(again.invocation).not.toBe(first.invocation);
});

test("the number of a pull request is the last part of its URL", () => {
  expect(detected("pull-request")).toMatchObject({ facts: { pullRequest: 77 }, secretsWithheld: false });
});

test("secrets are withheld from a fork's pull request", () => {
  expect(detected("fork-pull-request")).toMatchObject({ facts: { repository: "acme/shop", pullRequest: 78 }, secretsWithheld: true });
});

test("parallel containers have the same run id and different shards", () => {
  expect(detected("parallel").facts).toMatchObject({ runId: detected("push").facts.runId, shard: "1" });
});
