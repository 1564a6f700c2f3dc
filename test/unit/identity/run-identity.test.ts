import { describe, expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { isOffshootError } from "../../../src/errors.ts";
import { type Caller, identifyRun, type LocalFacts } from "../../../src/identity/run-identity.ts";
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

describe("in a CI", () => {
  test("the run id is the key", () => {
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

  test("with the scope pull-request, the number of the pull request is the key and each run is a separate invocation", () => {
    expect(inCi("github/pull-request", { scope: "pull-request" })).toMatchObject({ key: "pr-77", invocation: "17812345678" });
  });

  test("with the scope pull-request, a push still has its run id as key", () => {
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
  ])("%s and %s use the same database", (one, other) => {
    expect(branchName(inCi(one))).toBe(branchName(inCi(other)));
  });

  test("on CircleCI, a re-run from failed is a separate invocation", () => {
    expect(inCi("circleci/rerun-from-failed").invocation).not.toBe(inCi("circleci/push").invocation);
  });

  test("the repository comes from the checkout if the service does not provide it", () => {
    const ci = { ...detectCi(ciFixture("github/push").env).facts, repository: undefined };
    expect(identifyRun({ ci, local }).repository).toBe("acme/shop");
  });

  test("without a run id, the error asks for OFFSHOOT_RUN", () => {
    expect(errorOf(() => inCi("generic/nameless"))).toMatch(
      /^USAGE: The environment of this CI \(generic\) has no id of the run.*OFFSHOOT_RUN/s,
    );
    expect(inCi("generic/nameless", { runName: "build-12", runNameSource: "env" })).toMatchObject({ key: "build-12", source: "env" });
  });
});

describe("outside of a CI", () => {
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

  test("without a remote the folder is the repository, and without a branch the user alone is the key", () => {
    expect(at({ branch: undefined, repository: undefined })).toMatchObject({ repository: "shop-checkout", key: "ada" });
  });

  test("dashes in user names and branches never give two people the same key", () => {
    const people = [
      at({ user: "jean-luc", branch: "main" }),
      at({ user: "jean", branch: "luc-main" }),
      at({ user: "jean-luc-main", branch: undefined }),
    ];
    expect(new Set(people.map(branchName)).size).toBe(3);
  });
});

describe("a run name that the user set", () => {
  test("it has precedence over the run id of the CI, and the other facts of the CI are kept", () => {
    expect(inCi("github/pull-request-rerun", { runName: " nightly ", scope: "pull-request" })).toMatchObject({
      key: "nightly",
      invocation: "nightly",
      attempt: 2,
      pullRequest: 77,
      source: "flag",
    });
  });

  test.each(["env", "file"] as const)("the source %s of the name is kept", (runNameSource) => {
    expect(identifyRun({ ci: undefined, local, runName: "x", runNameSource }).source).toBe(runNameSource);
  });

  test("a blank variable counts as unset, and a blank flag is an error", () => {
    expect(inCi("github/push", { runName: " ", runNameSource: "env" }).key).toBe("run-17812345678");
    expect(errorOf(() => inCi("github/push", { runName: "" }))).toMatch(/^USAGE: The name of the run is empty/);
  });
});
