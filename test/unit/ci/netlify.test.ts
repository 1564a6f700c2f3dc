import { expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

test.each([
  ["deploy-preview", { deployment: "preview", facts: { runId: "pr-77", pullRequest: 77, ref: "fix/outbox-order" } }],
  ["branch-deploy", { deployment: "preview", facts: { runId: "branch-staging", pullRequest: undefined, ref: "staging" } }],
  ["production", { deployment: "production", facts: { runId: "branch-main", pullRequest: undefined, ref: "main" } }],
])("a build of Netlify with the context %s is recognised", (name, expected) => {
  const { env } = ciFixture(`netlify/${name}`);
  expect(detectCi(env)).toMatchObject({ service: "netlify", ...expected });
  expect(detectCi(env).facts).toMatchObject({ repository: "acme/shop", invocation: env["BUILD_ID"] });
});

test("the command line of Netlify on a developer's machine is not a build", () => {
  const { env } = ciFixture("netlify/deploy-preview");
  for (const more of [{ NETLIFY_LOCAL: "true" }, { NETLIFY_DEV: "true" }, { CONTEXT: "dev" }]) {
    expect(detectCi({ ...env, ...more, CI: "" }).service).toBe("none");
  }
  expect(detectCi({ ...env, NETLIFY_LOCAL: "false", NETLIFY_DEV: "false" }).service).toBe("netlify");
});

test("an unknown context counts as production", () => {
  expect(detectCi({ ...ciFixture("netlify/production").env, CONTEXT: "staging" }).deployment).toBe("production");
});
