import { describe, expect, test } from "vitest";
import { detectCi } from "../../../src/ci/detect.ts";
import { ciFixture } from "./fixture.ts";

const detected = (name: string, payload: unknown = ciFixture(`github/${name}`).payload) =>
  detectCi(ciFixture(`github/${name}`).env, payload);

describe("the facts of a GitHub job", () => {
  test("the facts are repository, branch, run id, attempt and job", () => {
    expect(detected("push")).toEqual({
      service: "github",
      isCi: true,
      facts: {
        service: "github",
        server: "github.com",
        repository: "acme/shop",
        ref: "main",
        runId: "17812345678",
        invocation: undefined,
        attempt: 1,
        pullRequest: undefined,
        shard: undefined,
        job: "test",
      },
      secretsWithheld: false,
    });
  });

  test("the ref of a pull request is its own branch, not its merge ref", () => {
    expect(detected("pull-request").facts).toMatchObject({ ref: "fix/outbox-order", pullRequest: 77 });
  });

  test("a run and its re-run differ only in the attempt", () => {
    expect(detected("pull-request-rerun").facts).toEqual({ ...detected("pull-request").facts, attempt: 2 });
  });

  test("all jobs of a matrix have the same run id", () => {
    expect(detected("pull-request-matrix").facts.runId).toBe(detected("pull-request").facts.runId);
  });

  test("a closed pull request has its number", () => {
    expect(detected("pull-request-closed").facts.pullRequest).toBe(77);
  });

  test("without the event, the number of the pull request comes from the ref", () => {
    expect(detectCi(ciFixture("github/pull-request").env).facts.pullRequest).toBe(77);
  });

  test.each([
    ["tag", "v1.4.0"],
    ["workflow-dispatch", "release/2.x"],
    ["merge-group", "gh-readonly-queue/main/pr-77-8f2c1d9be07a4c3f9d5e6a7b8c9d0e1f2a3b4c5d"],
  ])("of a %s have no pull request", (name, ref) => {
    expect(detected(name).facts).toMatchObject({ ref, pullRequest: undefined });
  });

  test.each<[event: string, payload: object]>([
    [
      "merge_group",
      { action: "checks_requested", merge_group: { head_ref: "refs/heads/gh-readonly-queue/main/pr-9-a", base_ref: "refs/heads/main" } },
    ],
    ["workflow_run", { workflow_run: { id: 9, head_repository: { full_name: "acme/shop" }, pull_requests: [{ number: 9 }] } }],
    ["workflow_run", { workflow_run: { id: 9, head_repository: { full_name: "stranger/shop" }, pull_requests: [] } }],
    ["issue_comment", { issue: { number: 9, pull_request: { url: "https://api.github.com/repos/acme/shop/pulls/9" } } }],
    ["repository_dispatch", { action: "deploy", client_payload: { pr: 9 } }],
  ])("of the event %s are those of the run, without a pull request", (event, payload) => {
    const { env } = ciFixture("github/push");
    const found = detectCi({ ...env, GITHUB_EVENT_NAME: event }, { ...payload, repository: { full_name: "acme/shop" } });
    expect(found).toMatchObject({
      facts: { repository: "acme/shop", runId: "17812345678", pullRequest: undefined },
      secretsWithheld: false,
    });
  });

  test.each([undefined, null, 7, "text", [], { pull_request: null }, { pull_request: { number: "x" } }, { pull_request: { number: -1 } }])(
    "survive a payload like %j",
    (payload) => {
      expect(detectCi(ciFixture("github/push").env, payload)).toMatchObject({ facts: { pullRequest: undefined }, secretsWithheld: false });
    },
  );

  test.each(["", "0", "-1", "two", "1.5"])("an invalid attempt %j counts as the first", (attempt) => {
    const { env } = ciFixture("github/push");
    expect(detectCi({ ...env, GITHUB_RUN_ATTEMPT: attempt }).facts.attempt).toBe(1);
  });
});

describe("secretsWithheld", () => {
  test.each(["fork-pull-request", "deleted-fork-pull-request", "dependabot", "dependabot-rerun"])("is true for %s", (name) => {
    expect(detected(name).secretsWithheld).toBe(true);
  });

  test("is true for Dependabot's push, with or without the event", () => {
    const { env } = ciFixture("github/push");
    expect(detectCi({ ...env, GITHUB_ACTOR: "dependabot[bot]" }).secretsWithheld).toBe(true);
  });

  test("is true for pull_request_target if Dependabot created the pull request", () => {
    const { env, payload } = ciFixture("github/dependabot");
    expect(detectCi({ ...env, GITHUB_EVENT_NAME: "pull_request_target" }, payload).secretsWithheld).toBe(true);
  });

  test("is true for a fork with the same owner and another name", () => {
    const { env } = ciFixture("github/pull-request");
    const payload = {
      pull_request: { number: 5, head: { repo: { full_name: "acme/shop-fork" } }, base: { repo: { full_name: "acme/shop" } } },
    };
    expect(detectCi(env, payload).secretsWithheld).toBe(true);
  });
});

describe("secretsWithheld of a trusted event", () => {
  test.each(["push", "pull-request", "pull-request-closed", "workflow-dispatch", "fork-pull-request-target"])("is false for %s", (name) => {
    expect(detected(name).secretsWithheld).toBe(false);
  });

  test("is false for a scheduled run with Dependabot as actor", () => {
    const { env } = ciFixture("github/push");
    expect(detectCi({ ...env, GITHUB_ACTOR: "dependabot[bot]", GITHUB_EVENT_NAME: "schedule" }).secretsWithheld).toBe(false);
  });
});

test("act's id, which every run of every user has, does not identify a run", () => {
  const act = { ...ciFixture("github/push").env, ACT: "true", GITHUB_RUN_ID: "1" };
  expect(detectCi(act).facts.runId).toBeUndefined();
  expect(detectCi({ ...act, GITHUB_RUN_ID: "77" }).facts.runId).toBe("77");
  expect(detectCi({ ...act, ACT: "" }).facts.runId).toBe("1");
  expect(detectCi(act).facts.wrongRunId).toBe("act gives every run of every user the id 1 (GITHUB_RUN_ID).");
  expect(detectCi({ ...act, ACT: "" }).facts.wrongRunId).toBeUndefined();
});
