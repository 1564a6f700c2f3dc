import { expect, test } from "vitest";
import { withoutUnexpandedMacros } from "../../../src/ci/azure.ts";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test("Azure Pipelines has the build id as run id, and a retried stage is a higher attempt", () => {
  expect(detectCi(ciFixture("azure/stage-retry").env)).toMatchObject({
    service: "azure",
    facts: { repository: "acme/shop", runId: "20871", pullRequest: undefined, attempt: 2, ref: "main" },
    secretsWithheld: false,
  });
});

test("a fork's pull request has its number on GitHub, its own branch and a shard, and its secrets are withheld", () => {
  expect(detectCi(ciFixture("azure/fork-pull-request").env)).toMatchObject({
    facts: { runId: "20872", pullRequest: 77, ref: "fix/outbox-order", shard: "2", job: "test" },
    secretsWithheld: true,
  });
});

test("a job without parallel copies has no shard", () => {
  const { env } = ciFixture("azure/fork-pull-request");
  expect(detectCi({ ...env, SYSTEM_TOTALJOBSINPHASE: "1" }).facts.shard).toBeUndefined();
});

test("an unexpanded macro counts as unset on Azure, and not on other services", () => {
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
