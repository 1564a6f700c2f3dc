import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { identifyRun } from "../../../src/identity/run-identity.ts";
import { isKeyOfCi } from "../../../src/identity/service-key.ts";
import { ciFixture } from "./fixture.ts";

const local = { branch: undefined, folder: "path0", repository: undefined };

test("the builds of a pull request share a run, and each of them is an invocation", () => {
  const { env } = ciFixture("vercel/preview");
  const first = identifyRun({ ci: detectCi(env).facts, local });
  expect(first).toMatchObject({
    repository: "acme/shop",
    key: "vercel-run-pr-77",
    pullRequest: 77,
    ref: "fix/outbox-order",
    invocation: "dpl_7Gw5ZMBpQA8h9GF832KGp7nwbuh3",
  });
  const second = identifyRun({ ci: detectCi({ ...env, VERCEL_DEPLOYMENT_ID: "dpl_2", VERCEL_GIT_COMMIT_SHA: "b" }).facts, local });
  expect(second.key).toBe(first.key);
  expect(second.invocation).not.toBe(first.invocation);
  expect(isKeyOfCi(first.key)).toBe(true);
});

test("a build without a pull request belongs to its git branch, and only production is production", () => {
  const { env } = ciFixture("vercel/production");
  expect(detectCi(env)).toMatchObject({ deployment: "production", facts: { runId: "branch-main", pullRequest: undefined } });
  expect(detectCi({ ...env, VERCEL_ENV: "preview", VERCEL_TARGET_ENV: "staging" }).deployment).toBe("preview");
  // What is not known counts as production.
  expect(detectCi({ ...env, VERCEL_ENV: undefined }).deployment).toBe("production");
});

test.each([
  [{ VERCEL: "1", VERCEL_ENV: "development" }, "none"],
  [{ VERCEL: "1", VERCEL_ENV: "development", CI: "1" }, "generic"],
  [{ VERCEL: "1", VERCEL_ENV: "preview" }, "none"],
  [{ VERCEL: "1", VERCEL_ENV: "preview", CI: "true", GITHUB_ACTIONS: "true" }, "github"],
])("%j is not a build of Vercel but %s", (env, service) => {
  expect(detectCi(env).service).toBe(service);
});
