// @module-tag proof
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Section } from "../../../src/ci/summary/comment.ts";
import { keepComment } from "../../../src/github/comment.ts";
import { deadline } from "../../../src/deadline.ts";
import { type GitHub, githubOf } from "../../../src/github/client.ts";
import { makeProject } from "../../support/cli.ts";
import { type GitHubServer, startGitHub } from "../../support/github.ts";

const PLACE = { pullRequest: 7, id: "CI" };

let server: GitHubServer;

beforeEach(async () => {
  server = await startGitHub("acme/shop", 7);
});

afterEach(() => server.stop());

function github(): GitHub {
  const found = githubOf({ GITHUB_API_URL: server.url, GITHUB_TOKEN: "ghs_job" }, "acme/shop", AbortSignal.timeout(60_000));
  if (found === undefined) throw new Error("The environment has no GitHub API.");
  return found;
}

function section(key: string, more: Partial<Section> = {}): Section {
  return { key, title: key, run: "10", attempt: 1, failed: false, removed: false, digest: key, text: `text of ${key}`, ...more };
}

const keep = (mine: Section, ms = 60_000): Promise<void> => keepComment(github(), PLACE, mine, deadline("the comment", ms));

function strangers(count: number): void {
  for (let id = 1; id <= count; id += 1) server.comments.push({ id, body: "Nice.", user: { login: "ada", type: "User" } });
}

describe("the comment on a pull request", () => {
  test("is created once by many jobs at the same time, and has a section of each", async () => {
    server.lateMs = 20;
    const keys = Array.from({ length: 14 }, (_, at) => `job-${at}`);
    await Promise.all(keys.map((key) => keep(section(key))));
    expect(server.comments).toHaveLength(1);
    const body = server.comments[0]?.body ?? "";
    expect(keys.filter((key) => !body.includes(`text of ${key}\n`))).toEqual([]);
  });

  test("is found after hundreds of other comments, which are not changed", async () => {
    strangers(230);
    await keep(section("up"));
    await keep(section("down"));
    expect(server.comments).toHaveLength(231);
    expect(server.comments.slice(0, 230).every(({ body }) => body === "Nice.")).toBe(true);
    expect(server.comments[230]?.body).toContain("text of down");
  });

  test("is never a user's comment with the same first line", async () => {
    strangers(1);
    await keep(section("up"));
    const [stranger, ours] = server.comments;
    if (stranger !== undefined) stranger.body = ours?.body ?? "";
    await keep(section("down"));
    expect(stranger?.body).not.toContain("text of down");
    expect(ours?.body).toContain("text of down");
  });

  test("is not written when its section is equal", async () => {
    await keep(section("up"));
    server.requests.length = 0;
    await keep(section("up"));
    expect(server.requests).toEqual(["GET /repos/acme/shop/issues/7/comments"]);
  });

  test("is created once when the reply to its creation was lost", async () => {
    let isFirst = true;
    const post = server.comments.push.bind(server.comments);
    server.fault = ({ method }) => {
      if (method !== "POST" || !isFirst) return undefined;
      isFirst = false;
      post({ id: 100, body: "", user: { login: "github-actions[bot]", type: "Bot" } });
      return 502;
    };
    await keep(section("up"));
    expect(server.comments.filter(({ body }) => body !== "")).toHaveLength(1);
  });

  test("is written again after server errors of GitHub, and not without write permission", async () => {
    server.fault = ({ count }) => (count <= 2 ? 503 : undefined);
    await keep(section("up"));
    expect(server.comments).toHaveLength(1);
    server.fault = ({ method }) => (method === "GET" ? undefined : 403);
    await expect(keep(section("down"))).rejects.toMatchObject({ status: 403 });
    server.fault = () => 503;
    await expect(keep(section("down"), 1500)).rejects.toMatchObject({ code: "TIMED_OUT" });
  });
});

test(
  "commands write the comment when it is configured, and a failed comment does not change their exit code",
  { tags: "proof" },
  async () => {
    const ci = {
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: "acme/shop",
      GITHUB_RUN_ID: "10",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_WORKFLOW: "CI",
      GITHUB_JOB: "test",
      GITHUB_API_URL: server.url,
      GITHUB_TOKEN: "ghs_job",
      OFFSHOOT_COMMENT: "true",
    };
    const project = await makeProject(ci);
    try {
      const silent = await project.offshoot(["up"], { OFFSHOOT_COMMENT: "false" });
      expect([silent.code, server.requests]).toEqual([0, []]);
      const { DATABASE_URL = "" } = JSON.parse((await project.offshoot(["env", "--format", "json"])).stdout) as Record<string, string>;
      expect((await project.offshoot(["run", "--", "sh", "-c", "exit 3"])).code).toBe(3);
      const body = (): string => server.comments[0]?.body ?? "";
      expect(body()).toContain("❌ offshoot run · test");
      expect(body()).not.toContain(new URL(DATABASE_URL).password);
      expect((await project.offshoot(["down"])).code).toBe(0);
      expect(body()).toContain("The database was deleted.");
      expect(server.comments).toHaveLength(1);
      server.fault = () => 403;
      const refused = await project.offshoot(["up"]);
      expect(refused.code).toBe(0);
      expect(refused.stderr).toContain(
        "Could not write the comment on the pull request: GitHub answered 403. Add `permissions: pull-requests: write` to the job.",
      );
      const bare = await project.offshoot(["up"], { GITHUB_TOKEN: "" });
      expect([bare.code, bare.stderr]).toEqual([0, expect.stringContaining("GITHUB_TOKEN")]);
    } finally {
      await project.remove();
    }
  },
);
