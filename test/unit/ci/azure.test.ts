import { expect, test } from "vitest";
import { withoutUnexpandedMacros } from "../../../src/ci/azure.ts";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test("Azure Pipelines is known by its build, and a stage that is retried counts as a higher attempt", () => {
  expect(detectCi(ciFixture("azure/stage-retry").env)).toMatchObject({
    service: "azure",
    facts: { repository: "acme/shop", runId: "20871", pullRequest: undefined, attempt: 2, ref: "main" },
    secretsWithheld: false,
  });
});

test("a fork's pull request has the number that GitHub gave it, its own branch, a shard and no secrets", () => {
  expect(detectCi(ciFixture("azure/fork-pull-request").env)).toMatchObject({
    facts: { runId: "20872", pullRequest: 77, ref: "fix/outbox-order", shard: "2", job: "test" },
    secretsWithheld: true,
  });
});

test("the only job of its kind is no shard", () => {
  const { env } = ciFixture("azure/fork-pull-request");
  expect(detectCi({ ...env, SYSTEM_TOTALJOBSINPHASE: "1" }).facts.shard).toBeUndefined();
});

test("a variable that Azure did not fill in counts as none, and only there", () => {
  const env = {
    NEON_API_KEY: "$(NEON_API_KEY)",
    NEON_PROJECT_ID: "$(neon.project-id)",
    PRICE: "$(date) and more",
    PATH: "/bin",
    EMPTY: "",
  };
  expect(withoutUnexpandedMacros({ ...env, TF_BUILD: "True" })).toEqual({
    PRICE: "$(date) and more",
    PATH: "/bin",
    EMPTY: "",
    TF_BUILD: "True",
  });
  expect(withoutUnexpandedMacros(env)).toEqual(env);
});
