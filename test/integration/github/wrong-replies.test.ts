import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { firstComment, type Section } from "../../../src/ci/summary/comment.ts";
import type { CommandSummary } from "../../../src/ci/summary/command-summary.ts";
import type { RunEvent } from "../../../src/cli/command-summary.ts";
import { publishComment } from "../../../src/cli/publish-comment.ts";
import { deadline } from "../../../src/deadline.ts";
import { githubOf } from "../../../src/github/client.ts";
import { closedOf } from "../../../src/github/closed-refs.ts";
import { keepComment } from "../../../src/github/comment.ts";
import type { OwnerTag } from "../../../src/identity/owner-tag.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The address of a real HTTP server with this handler. */
async function serve(handle: Handler): Promise<string> {
  const server = createServer((request, response) => {
    response.on("error", () => {});
    handle(request, response);
  }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const send =
  (body: string): Handler =>
  (_, response) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(body);

const envOf = (api: string) => ({
  PATH: process.env["PATH"],
  GITHUB_API_URL: api,
  GITHUB_TOKEN: "ghs_job",
  GITHUB_RUN_ID: "10",
  GITHUB_WORKFLOW: "CI",
});

/** The notes of `closedOf` for one database of pull request 8, and the pull requests that it counts as closed. */
async function closedWith(api: string): Promise<{ notes: string[]; closed: number[] }> {
  const notes: string[] = [];
  const times = { created: "2026-11-01T00:00:00Z", expires: undefined };
  const tag: OwnerTag = {
    tool: "offshoot",
    kind: "run",
    repository: "acme/shop",
    run: "pr-8",
    pullRequest: 8,
    ref: undefined,
    fingerprint: undefined,
    ...times,
  };
  const access = { cwd: "/", env: envOf(api), run: { repository: "acme/shop" }, signal: new AbortController().signal };
  const found = await closedOf({ ...access, emit: (event) => void (event.kind === "note" && notes.push(event.text)) }, [{ tag }]);
  return { notes, closed: [...found.pullRequests] };
}

/** The warning of a command that writes its comment. */
function commentWith(api: string): Promise<string | undefined> {
  const none = { refusals: [], phases: [], notes: [], exitCode: 0 };
  const absent = { run: undefined, database: undefined, findings: undefined, failure: undefined, kept: undefined };
  const summary: CommandSummary = { title: "offshoot run", job: "test", ...none, ...absent };
  const run = {
    comment: true,
    commentOutput: false,
    pullRequest: 8,
    repository: "acme/shop",
    attempt: 1,
    shard: undefined,
    invocation: "10",
  };
  return publishComment(summary, run as RunEvent, envOf(api), false);
}

const noted = (reason: RegExp) => ({
  notes: [
    expect.stringMatching(
      new RegExp(`^Could not read the open pull requests: ${reason.source}\\. No database counts as closed because of them\\.$`),
    ),
  ],
  closed: [],
});

const NOT_GITHUB = /The reply is not what GitHub's API sends.*/;

describe("a reply of the wrong form is a warning in words, and nothing counts as closed", () => {
  test.each<readonly [string, string, RegExp]>([
    ["null", "null", NOT_GITHUB],
    ["a page of a proxy", "<html>Sign in</html>", /GitHub's reply is not JSON/],
    ["an empty body", "", /GitHub's reply is not JSON/],
    ["an object", '{"message":"hello"}', NOT_GITHUB],
    ["a list of null", "[null]", NOT_GITHUB],
    ["wrong types", '[{"number":"8","id":"x","body":7}]', NOT_GITHUB],
    ["deep JSON", "[".repeat(100_000) + "]".repeat(100_000), NOT_GITHUB],
    ["more entries than a page has", JSON.stringify(Array.from({ length: 101 }, (_, at) => ({ number: at + 1, id: at + 1 }))), NOT_GITHUB],
  ])("%s", async (_what, body, reason) => {
    const api = await serve(send(body));
    expect(await closedWith(api)).toEqual(noted(reason));
    expect(await commentWith(api)).toMatch(new RegExp(`^Could not write the comment on the pull request: ${reason.source}$`));
  });
});

test("pages that never end are cut off", async () => {
  let count = 0;
  const api = await serve((request, response) => {
    count += 1;
    send(JSON.stringify(Array.from({ length: 100 }, (_, at) => ({ number: count * 1000 + at, id: count * 1000 + at }))))(request, response);
  });
  expect(await closedWith(api)).toEqual(noted(/GitHub's list did not end after 100 pages/));
  expect(count).toBe(100);
});

test("a reply without an end, and a compressed one of gigabytes, are cut off in little memory", async () => {
  const chunk = Buffer.alloc(2 ** 20, " ");
  const member = gzipSync(chunk);
  const bomb = Buffer.concat(Array.from({ length: 1024 }, () => member));
  const api = await serve((request, response) => {
    if (request.url?.includes("/pulls") === true)
      return void response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200, { "content-type": "application/json" }).on("drain", more);
    more();
  });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
  const before = process.memoryUsage().rss;
  expect(await closedWith(api)).toEqual(noted(/GitHub's reply is larger than 32 MiB/));
  expect(await commentWith(api)).toBe("Could not write the comment on the pull request: GitHub's reply is larger than 32 MiB");
  clearInterval(watch);
  expect((peak - before) / 2 ** 20).toBeLessThan(400);
});

test("a redirect to another host does not get the token, and its reply is not used", async () => {
  const tokens: (string | undefined)[] = [];
  const other = await serve((request, response) => {
    tokens.push(request.headers.authorization);
    send("[]")(request, response);
  });
  const api = await serve((request, response) => void response.writeHead(307, { location: `${other}${request.url}` }).end());
  expect(await closedWith(api)).toEqual(noted(/GitHub's API redirected to another host, which does not get the token/));
  expect(await commentWith(api)).toContain("GitHub's API redirected to another host");
  expect(tokens).toEqual([]);
});

test("a redirect of a renamed repository on the same host is followed, and a circle of redirects ends", async () => {
  const renamed = await serve((request, response) => {
    if (request.url?.startsWith("/repositories/") === true) return send("[]")(request, response);
    response.writeHead(301, { location: `/repositories/5${request.url}` }).end();
  });
  expect(await closedWith(renamed)).toEqual({ notes: [], closed: [8] });
  let count = 0;
  const circle = await serve((request, response) => {
    count += 1;
    response.writeHead(301, { location: request.url }).end();
  });
  expect(await closedWith(circle)).toEqual(noted(/GitHub's API redirected more than 3 times/));
  expect(count).toBe(4);
});

test("a host that cannot be reached is named with the reason", async () => {
  expect(await closedWith("http://127.0.0.1:1")).toEqual(noted(/GitHub sent no complete reply \(.+\)/));
});

test("a comment that somebody edited is written again, whatever its sections contain", async () => {
  const own: Section = { key: "k", run: "9", attempt: 1, failed: false, removed: false, digest: "d", title: "t", text: "text" };
  const hostile = ["null", "7", "{", '{"key":{},"run":"9"}', "[".repeat(10_000)].map((json) => Buffer.from(json).toString("base64url"));
  const sections = hostile.map((data) => `<!-- offshoot:section ${data} -->\nx\n<!-- offshoot:end -->\n`);
  let body = firstComment("CI", { ...own, key: "other" }) + sections.join("");
  const api = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        if (request.method === "PATCH") ({ body } = JSON.parse(Buffer.concat(chunks).toString()) as { body: string });
        send(request.method === "PATCH" ? "{}" : JSON.stringify([{ id: 3, body, user: { type: "Bot" } }]))(request, response);
      });
  });
  const github = githubOf(envOf(api), "acme/shop", new AbortController().signal);
  if (github === undefined) throw new Error("The environment has no GitHub API.");
  await keepComment(github, { pullRequest: 8, id: "CI" }, own, deadline("the comment", 10_000));
  expect(body).toContain("2 commands done");
  expect(body).not.toContain(hostile[3]);
});
