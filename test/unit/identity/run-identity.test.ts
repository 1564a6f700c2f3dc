import { describe, expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { isOffshootError } from "../../../src/errors.ts";
import { type Caller, type Developer, identifyRun, type LocalFacts } from "../../../src/identity/run-identity.ts";
import { ownerTag, tagFromRecord, tagFromText, tagToRecord, tagToText } from "../../../src/identity/owner-tag.ts";
import { isSameOwner } from "../../../src/identity/person.ts";
import { branchName } from "../../../src/identity/name.ts";
import { isKeyOfCi } from "../../../src/identity/service-key.ts";
import { ciFixture } from "../ci/fixture.ts";

const developer: Developer = { user: "ada", person: "email ada@example.com", checkout: "one" };
const local: LocalFacts = { branch: "main", folder: "shop-checkout", repository: "acme/shop", developer };

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

const by = (more: Partial<Developer>, branch: string | undefined = "main") => at({ branch, developer: { ...developer, ...more } });
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
      server: "github.com",
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

  const facts = { repository: "acme/shop", ref: "main", runId: "100", invocation: undefined, attempt: 1, pullRequest: 7 };
  const none = { shard: undefined, job: undefined };
  const keyOf = (service: string, server: string | undefined, scope: "run" | "pull-request" = "run", isRunIdGlobal = false): string =>
    identifyRun({ ci: { ...facts, ...none, service, server, isRunIdGlobal }, scope, local }).key;

  test("run 100 and pull request 7 of repositories with one name have different databases on each service and server", () => {
    const callers = [
      ["github", "github.com"],
      ["github", "github.acme.example"],
      ["github", "git.other.example"],
      ["gitlab", "gitlab.com"],
      ["gitlab", "gitlab.acme.example"],
      ["gitlab", "acme.example/gitlab"],
      ["azure", "dev.azure.com/acme"],
      ["azure", "dev.azure.com/other"],
      ["generic", "travis"],
      ["generic", "drone.acme.example"],
      ["circleci", undefined],
    ] as const;
    const keys = callers.flatMap(([service, server]) => [keyOf(service, server), keyOf(service, server, "pull-request")]);
    expect(new Set(keys).size).toBe(callers.length * 2);
    expect(keys.slice(0, 4)).toEqual([
      "run-100",
      "pr-7",
      expect.stringMatching(/^github-run-100-[0-9a-f]{8}$/),
      expect.stringMatching(/^github-pr-7-[0-9a-f]{8}$/),
    ]);
    expect(keys.slice(6, 8)).toEqual(["gitlab-run-100", "gitlab-pr-7"]);
    for (const key of keys) expect([key, isKeyOfCi(key)]).toEqual([key, true]);
    expect(isKeyOfCi("ada-run-fix-3f9c2a1b")).toBe(false);
  });

  test("an id that no other service has is the key without the name of the service", () => {
    expect(keyOf("circleci", undefined, "run", true)).toBe("run-100");
    expect(inCi("circleci/push").key).toMatch(/^run-[0-9a-f-]{36}$/);
    expect(inCi("buildkite/push").key).toMatch(/^run-[0-9a-f-]{36}$/);
    expect(inCi("bitbucket/pull-request").key).toMatch(/^run-/);
    expect(inCi("gitlab/push").key).toMatch(/^gitlab-run-\d+$/);
    expect(inCi("azure/stage-retry").key).toMatch(/^azure-run-\d+/);
  });

  test("the server of the repository is that of the service or of origin", () => {
    expect(inCi("gitlab/push").server).toBe("gitlab.com");
    expect(inCi("buildkite/push", { local: { ...local, host: "github.com" } }).server).toBe("github.com");
    expect(at({ host: "github.com" })).toMatchObject({ server: "github.com", key: at({}).key });
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
  test("user, git branch and a hash are the key, and there is no invocation", () => {
    expect(at({})).toEqual({
      repository: "acme/shop",
      key: expect.stringMatching(/^ada-main-[0-9a-f]{8}$/),
      ref: "main",
      pullRequest: undefined,
      invocation: undefined,
      attempt: 1,
      shard: undefined,
      source: "local",
      owner: expect.stringMatching(/^ada-[0-9a-f]{8}$/),
    });
  });

  test("without a remote the folder is the repository, and without a branch the user and the hash are the key", () => {
    const run = at({ branch: undefined, repository: undefined });
    expect(run).toMatchObject({ repository: "shop-checkout", key: expect.stringMatching(/^ada-[0-9a-f]{8}$/) });
  });

  test("each person, checkout and branch has a database of its own", () => {
    const runs = [
      by({}),
      by({ person: "email bob@example.com" }),
      by({ checkout: "two" }),
      by({}, "feature/x"),
      by({}, "feature-x"),
      by({ user: "jean-luc" }),
      by({ user: "jean" }, "luc-main"),
      at({ branch: undefined, developer: { ...developer, user: "jean-luc-main" } }),
    ];
    expect(new Set(runs.map(branchName)).size).toBe(runs.length);
  });

  test("a person is the same owner in each checkout, and the owner shows no e-mail address", () => {
    const { owner } = by({});
    expect(by({ checkout: "two" }).owner).toBe(owner);
    expect(isSameOwner(by({ user: "alovelace" }).owner, owner)).toBe(true);
    expect(isSameOwner(by({ person: "email bob@example.com" }).owner, owner)).toBe(false);
    expect(`${owner} ${branchName(by({}))}`).not.toMatch(/@|example/);
  });

  test.each(["fix;touch${IFS}x;$(id)", "x".repeat(200), "数据库", "-"])(
    "the key of the branch %j is short and needs no quotes in a shell",
    (branch) => {
      const run = by({}, branch);
      expect(run.key).toMatch(/^[a-z0-9-]{1,48}$/);
      expect(branchName(run)).toBe(`offshoot/acme/shop/${run.key}`);
    },
  );

  test("a named run has an owner too, and a run in a CI has none", () => {
    expect(identifyRun({ ci: undefined, local, runName: "demo" }).owner).toBe(by({}).owner);
    expect(inCi("github/push").owner).toBeUndefined();
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

describe("the owner tag of a run", () => {
  const nasty = [
    "",
    "x".repeat(999),
    "x".repeat(1000),
    "x".repeat(5000),
    "\u0001".repeat(3000),
    '"'.repeat(900),
    "\u00fc/".repeat(2500),
    "\ud800",
    "\u0000",
  ];

  test.each(nasty.filter((text) => text !== ""))("can be read again whatever its names are (case %#)", (text) => {
    const ci = { service: "github", server: text, repository: text, ref: text, runId: text, invocation: text, attempt: 1 };
    const facts = { ...ci, pullRequest: undefined, shard: undefined, job: undefined } as const;
    for (const caller of [
      { ci: facts, local },
      { ci: facts, local, runName: text, runNameSource: "flag" },
      { ci: undefined, local: { ...local, repository: text, branch: text, host: text }, runName: text },
    ] as readonly Caller[]) {
      const run = errorOf(() => identifyRun(caller));
      if (typeof run === "string") continue;
      const identity = identifyRun(caller);
      const tag = ownerTag({ run: identity, createdAt: new Date(0), expiresAt: new Date(1000) });
      // The comment of a database is read up to this length.
      expect(tagToText(tag).length).toBeLessThan(16_384);
      expect(tagFromText(tagToText(tag))).toMatchObject({ run: identity.key, repository: identity.repository });
      expect(tagFromRecord(tagToRecord(tag))).toMatchObject({ run: identity.key, repository: identity.repository });
    }
  });

  test("names the run by a key that leads to the same run when it is given as its name", () => {
    const long = identifyRun({ ci: undefined, local, runName: "c".repeat(100_000) });
    expect(long.key).toMatch(/^c{500}-[0-9a-f]{16}$/);
    expect(identifyRun({ ci: undefined, local, runName: long.key }).key).toBe(long.key);
    expect(identifyRun({ ci: undefined, local, runName: "c".repeat(100_001) }).key).not.toBe(long.key);
  });

  test("has no ref that is only a part of one", () => {
    expect(at({ branch: "b".repeat(4000) }).ref).toBeUndefined();
    expect(at({ branch: "b".repeat(900) }).ref).toHaveLength(900);
  });
});
