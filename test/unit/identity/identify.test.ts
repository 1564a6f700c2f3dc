import { describe, expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { isOffshootError } from "../../../src/errors.ts";
import { type Caller, identifyRun, type LocalFacts } from "../../../src/identity/identify.ts";
import { branchName } from "../../../src/identity/name.ts";
import { ciFixture } from "../ci/fixture.ts";

const local = { user: "ada", branch: "main", folder: "shop-checkout", repository: "acme/shop" };

function inCi(fixture: string, more: Partial<Caller> = {}) {
  const { env, payload } = ciFixture(fixture);
  return identifyRun({ ci: detectCi(env, payload).facts, local, ...more });
}

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return isOffshootError(thrown) ? `${thrown.code}: ${thrown.message} ${thrown.remedy}` : thrown;
  }
}

const at = (more: Partial<LocalFacts>) => identifyRun({ ci: undefined, local: { ...local, ...more } });

describe("in CI", () => {
  test("the run's id is the key", () => {
    expect(inCi("github/pull-request")).toEqual({
      repository: "acme/shop",
      key: "run-17812345678",
      ref: "fix/outbox-order",
      pullRequest: 77,
      invocation: "17812345678",
      attempt: 1,
      shard: undefined,
      source: "github",
    });
  });

  test("the pull request's number is the key where the scope says so, and its runs stay invocations of their own", () => {
    expect(inCi("github/pull-request", { scope: "pull-request" })).toMatchObject({ key: "pr-77", invocation: "17812345678" });
  });

  test("a push has no pull request, so the scope leaves it its run's id", () => {
    expect(inCi("github/push", { scope: "pull-request" })).toMatchObject({ key: "run-17812345678" });
  });

  test.each([
    ["github/pull-request", "github/pull-request-rerun"],
    ["github/pull-request", "github/pull-request-matrix"],
    ["gitlab/push", "gitlab/parallel"],
    ["circleci/push", "circleci/rerun-from-failed"],
    ["circleci/push", "circleci/parallel"],
    ["buildkite/push", "buildkite/retry"],
    ["buildkite/push", "buildkite/parallel"],
  ])("%s and %s ask for one database", (one, other) => {
    expect(branchName(inCi(one))).toBe(branchName(inCi(other)));
  });

  test("a re-run from failed on CircleCI is an invocation of its own", () => {
    expect(inCi("circleci/rerun-from-failed").invocation).not.toBe(inCi("circleci/push").invocation);
  });

  test("the checkout gives the repository that the service doesn't tell", () => {
    const ci = { ...detectCi(ciFixture("github/push").env).facts, repository: undefined };
    expect(identifyRun({ ci, local }).repository).toBe("acme/shop");
  });

  test("that doesn't tell its runs apart, a name is asked for", () => {
    expect(errorOf(() => inCi("generic/nameless"))).toMatch(/^USAGE: This CI \(generic\).*OFFSHOOT_RUN/s);
    expect(inCi("generic/nameless", { runName: "build-12", runNameSource: "env" })).toMatchObject({ key: "build-12", source: "env" });
  });
});

describe("on a person's machine", () => {
  test("user and git branch are the key, and there is no invocation", () => {
    expect(at({})).toEqual({
      repository: "acme/shop",
      key: "ada-main",
      ref: "main",
      pullRequest: undefined,
      invocation: undefined,
      attempt: 1,
      shard: undefined,
      source: "local",
    });
  });

  test("the folder stands for a repository without a remote, and the user alone for one without a branch", () => {
    expect(at({ branch: undefined, repository: undefined })).toMatchObject({ repository: "shop-checkout", key: "ada" });
  });

  test("dashes in users and branches never make two people one", () => {
    const people = [
      at({ user: "jean-luc", branch: "main" }),
      at({ user: "jean", branch: "luc-main" }),
      at({ user: "jean-luc-main", branch: undefined }),
    ];
    expect(new Set(people.map(branchName)).size).toBe(3);
  });
});

describe("a name given by hand", () => {
  test("wins over the CI's id and keeps the CI's other facts", () => {
    expect(inCi("github/pull-request-rerun", { runName: " nightly ", scope: "pull-request" })).toMatchObject({
      key: "nightly",
      invocation: "nightly",
      attempt: 2,
      pullRequest: 77,
      source: "flag",
    });
  });

  test.each(["env", "file"] as const)("says that it comes from the %s", (runNameSource) => {
    expect(identifyRun({ ci: undefined, local, runName: "x", runNameSource }).source).toBe(runNameSource);
  });

  test("that is blank is an unset variable, but a mistake in a flag", () => {
    expect(inCi("github/push", { runName: " ", runNameSource: "env" }).key).toBe("run-17812345678");
    expect(errorOf(() => inCi("github/push", { runName: "" }))).toMatch(/^USAGE: The name of the run is empty/);
  });
});
