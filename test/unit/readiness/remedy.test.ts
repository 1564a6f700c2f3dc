import { expect, test } from "vitest";
import { detectCi, serviceOf } from "../../../src/ci/detect.ts";
import type { Failure } from "../../../src/readiness/marker.ts";
import { remedyOf } from "../../../src/readiness/remedy.ts";
import { ciFixture } from "../ci/fixture.ts";

const owner = { host: "ci", pid: 1, job: "migrate 1/2" };
const failure: Failure = { code: "MIGRATION_FAILED", message: "It failed.", tail: "" };
const RETRY = "run `offshoot migrate --retry`";

test.each([
  ["github/push", '"Re-run failed jobs" in GitHub Actions'],
  ["gitlab/push", '"Retry" on the job migrate 1/2 in GitLab'],
  ["circleci/push", '"Rerun workflow from failed" in CircleCI'],
  ["buildkite/push", '"Retry" in Buildkite'],
  ["azure/stage-retry", '"Rerun failed jobs" in Azure Pipelines'],
  ["bitbucket/pull-request", '"Rerun failed steps" in Bitbucket'],
  ["jenkins/pull-request", '"Build Now" in Jenkins'],
])("%s: names what the service calls it", (environment, words) => {
  const rerun = serviceOf(detectCi(ciFixture(environment).env))?.rerun;
  expect(remedyOf(failure, owner, { invocation: "7", rerun })).toBe(
    `Correct the migration and push it. To run the same migration again, use ${words}, or ${RETRY}.`,
  );
});

test("outside of a CI nothing has to be pushed", () => {
  expect(remedyOf(failure, owner, { invocation: undefined })).toBe(
    `Correct the migration and run the command again. To run the same migration again, ${RETRY}.`,
  );
});

test.each([
  { tail: "curl: (6) Could not resolve host: example.org" },
  { tail: "Error: connect ECONNREFUSED 127.0.0.1:5432" },
  { facts: { sqlstate: "57P03", databaseError: "the database system is starting up" } },
  { facts: { sqlstate: "55P03", databaseError: "canceling statement due to lock timeout" } },
])("what can pass by itself is only run again: %o", (why) => {
  expect(remedyOf({ ...failure, ...why }, owner, { invocation: "7" })).toBe(
    `This can pass by itself. To run the same migration again, ${RETRY}.`,
  );
});

test.each([
  { facts: { databaseError: 'password authentication failed for user "shop"' } },
  { facts: { sqlstate: "3D000", databaseError: 'database "shop" does not exist' } },
])("a command that could not log in gets advice about its connection: %o", (why) => {
  const remedy = remedyOf({ ...failure, ...why }, owner, { invocation: "7" });
  expect(remedy).toMatch(/^Let the command use DATABASE_URL or the PG\* variables/);
  expect(remedy).toContain(RETRY);
});

test("an error of the database counts more than a refused connection in the output", () => {
  const facts = { databaseError: "relation does not exist" };
  expect(remedyOf({ ...failure, facts, tail: "connection refused" }, owner, { invocation: "7" })).toContain("Correct the migration");
});

test("a database that is deleted after the failure cannot be migrated again by another command", () => {
  const again = (why: Partial<Failure>, invocation?: string) =>
    remedyOf({ ...failure, ...why }, owner, { invocation, deletedAfterFailure: true });
  expect(again({})).toBe("Correct the migration and run the command again.");
  expect(again({ tail: "ECONNREFUSED" })).toBe("This can pass by itself. Run the command again.");
  const rerun = serviceOf(detectCi(ciFixture("github/push").env))?.rerun;
  expect(remedyOf(failure, owner, { invocation: "7", rerun, deletedAfterFailure: true })).toBe(
    'Correct the migration and push it. To run the same migration again, use "Re-run failed jobs" in GitHub Actions.',
  );
});

test("a host that a command without a session did not reach is perhaps not ours", () => {
  const tail = "Acquire connection error: Error: getaddrinfo ENOTFOUND db";
  expect(remedyOf({ ...failure, tail, facts: { noSession: true } }, owner, { invocation: "7" })).toMatch(
    /^If the host in the output is the one of the database, let the command use DATABASE_URL/,
  );
});

test("a command that never asked for a session is not called a wrong migration", () => {
  const tail = "Error: cannot prompt, stdin is not a terminal";
  expect(remedyOf({ ...failure, tail, facts: { noSession: true } }, owner, { invocation: "7" })).toMatch(
    /^Correct the migration command or its configuration, and push it\./,
  );
});
