import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closedOf } from "../../../src/github/closed-refs.ts";
import type { Env } from "../../../src/environment.ts";
import { type Context, prepare } from "../../../src/context/context.ts";
import type { Listed } from "../../../src/providers/provider.ts";
import type { OwnerTag } from "../../../src/identity/owner-tag.ts";

let directory: string;
let server: Server;
let api: string;
const notes: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "offshoot-closed-"));
  const git = (...args: string[]): void => void execFileSync("git", args, { cwd: directory, stdio: "ignore" });
  git("init", "--bare", "origin.git");
  git("init", "work");
  git("-C", "work", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-m", "x");
  git("-C", "work", "remote", "add", "origin", join(directory, "origin.git"));
  git("-C", "work", "push", "origin", "HEAD:main", "HEAD:feature/kept");
  server = createServer((request, response) => {
    const page = new URL(request.url ?? "", "http://x").searchParams.get("page");
    // Page 1 is full, so the client must request a second page.
    const numbers = page === "1" ? Array.from({ length: 100 }, (_, at) => ({ number: 1000 + at })) : [{ number: 7 }];
    response.writeHead(request.headers.authorization === "Bearer good" ? 200 : 401).end(JSON.stringify(numbers));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  api = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});

afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true, force: true });
});

const contextOf = (env: Env): Promise<Context> =>
  prepare({
    cwd: join(directory, "work"),
    env: {
      PATH: process.env["PATH"],
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: "acme/shop",
      GITHUB_RUN_ID: "1",
      GITHUB_API_URL: api,
      ...env,
    },
    onEvent: (event) => void (event.kind === "note" && notes.push(event.text)),
  });

function listed(run: string, tag: Partial<OwnerTag>): Listed {
  const own: OwnerTag = {
    tool: "offshoot",
    repository: "acme/shop",
    run,
    created: "2026-11-01T00:00:00Z",
    expires: undefined,
    kind: "run",
    ref: undefined,
    pullRequest: undefined,
    fingerprint: undefined,
    ...tag,
  };
  const unknown = { createdAt: undefined, expiresAt: undefined, lastUsedAt: undefined, sessions: undefined, sizeBytes: undefined };
  return {
    provider: "neon",
    id: run,
    name: `offshoot/acme/shop/${run}`,
    kind: "run",
    tag: own,
    ...unknown,
    guarded: undefined,
    parentId: undefined,
    broken: false,
  };
}

const ALL = [
  listed("pr-7", { pullRequest: 7 }),
  listed("pr-8", { pullRequest: 8 }),
  listed("pr-9", { pullRequest: 9, repository: "acme/other" }),
  listed("run-1", { ref: "feature/kept" }),
  listed("run-2", { ref: "feature/deleted" }),
  listed("jane-unpushed", { ref: "unpushed" }),
];

test("pull requests that GitHub does not list as open count as closed, and so do refs that origin does not have", async () => {
  const closed = await closedOf(await contextOf({ GITHUB_TOKEN: "good" }), ALL);
  expect(closed).toEqual({ repository: "acme/shop", server: "github.com", pullRequests: new Set([8]), refs: new Set(["feature/deleted"]) });
});

test("without a token no pull request counts as closed", async () => {
  expect((await closedOf(await contextOf({}), ALL)).pullRequests).toEqual(new Set());
});

test("a failed answer is reported in a note, and no pull request counts as closed", async () => {
  expect((await closedOf(await contextOf({ GITHUB_TOKEN: "bad" }), ALL)).pullRequests).toEqual(new Set());
  expect(notes).toContain("Could not read the open pull requests: GitHub answered 401. No database counts as closed because of them.");
});
