// @module-tag proof
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { deadline } from "../../../../src/deadline.ts";
import { neonProvider } from "../../../../src/providers/neon/neon.ts";
import { createRateLimiter } from "../../../../src/providers/neon/rate-limit.ts";
import type { Provider } from "../../../../src/providers/provider.ts";
import { CHOICES, requestFor } from "../../../support/neon-harness.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A provider whose API is a real HTTP server with this handler, and the requests that arrived. */
async function withServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ provider: Provider; calls: string[] }> {
  const calls: string[] = [];
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.on("error", () => {});
    request.resume().on("end", () => handle(request, response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const apiHost = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`;
  const dependencies = {
    rate: createRateLimiter(),
    random: () => 0,
    requestMs: 1500,
    now: () => new Date("2026-11-01T12:00:00Z"),
    deadline,
  };
  const provider = neonProvider({
    apiKey: "key-of-this-test",
    project: "project-1",
    apiHost,
    secretsWithheld: false,
    base: false,
    rootFile: undefined,
    choices: CHOICES,
    dependencies: { ...dependencies, probe: async () => 17 },
  });
  return { provider, calls };
}

const limits = (withinMs = 20_000) => ({ withinMs, signal: new AbortController().signal, emit: () => {} });
const json = (response: ServerResponse, body: unknown): void =>
  void response
    .writeHead(200, { "content-type": "application/json", "x-neon-ret-request-id": "req-1" })
    .end(typeof body === "string" ? body : JSON.stringify(body));

const BRANCH = {
  id: "br-a-b-c",
  name: "offshoot/x",
  current_state: "ready",
  default: false,
  protected: false,
  created_at: "2026-11-01T12:00:00Z",
};
const page = (branches: readonly unknown[], next?: string) => ({ branches, annotations: {}, pagination: { next } });

describe("a reply of the wrong form is an outage with the id of the request", () => {
  test.each<readonly [string, string]>([
    ["null", "null"],
    ["a page of a proxy", "<html>Sign in</html>"],
    ["an empty body", ""],
    ["a list", "[]"],
    ["a number", "7"],
    ["an object without branches", "{}"],
    ["branches that are null", '{"branches":null,"annotations":{}}'],
    ["a branch that is null", '{"branches":[null],"annotations":{}}'],
    ["a branch without an id", JSON.stringify(page([{ ...BRANCH, id: undefined }]))],
    ["a branch with a number as name", JSON.stringify(page([{ ...BRANCH, name: 7 }]))],
    ["a branch with an invalid time", JSON.stringify(page([{ ...BRANCH, created_at: "soon" }]))],
    ["deep JSON", `{"branches":${"[".repeat(100_000)}${"]".repeat(100_000)},"annotations":{}}`],
  ])("%s", async (_what, body) => {
    const { provider, calls } = await withServer((_, response) => json(response, body));
    await expect(provider.list(limits())).rejects.toMatchObject({
      code: "PROVIDER_OUTAGE",
      message: expect.stringMatching(
        /^Neon did not list the (branches|computes): the reply is not (JSON|what Neon's API sends).*request req-1\)\.$/,
      ),
    });
    expect(calls.length).toBeLessThan(12);
  });
});

test("pages that never end are an outage, also with a new cursor each", async () => {
  let count = 0;
  const { provider, calls } = await withServer((request, response) => {
    if (!request.url?.includes("/branches")) return json(response, { endpoints: [] });
    count += 1;
    json(response, page([BRANCH], request.url.includes("cursor=b") ? "a" : "b"));
  });
  await expect(provider.list(limits())).rejects.toMatchObject({
    code: "PROVIDER_OUTAGE",
    message: expect.stringContaining("did not end after"),
  });
  expect(count).toBeLessThan(5);
  expect(calls.length).toBeLessThan(8);
});

test("redirects are not followed", async () => {
  const { provider, calls } = await withServer((_, response) => void response.writeHead(302, { location: "/again" }).end());
  await expect(provider.list(limits())).rejects.toMatchObject({ code: "PROVIDER_OUTAGE", message: expect.stringContaining("HTTP 302") });
  expect(calls.every((call) => call.includes("/api/v2/"))).toBe(true);
});

test("a reply without an end and a compressed one of gigabytes are cut off, in little memory", async () => {
  const chunk = Buffer.alloc(2 ** 20, " ");
  const member = gzipSync(chunk);
  // A gzip file can have many members: this one has 4 GiB of spaces.
  const bomb = Buffer.concat(Array.from({ length: 4096 }, () => member));
  let compressed = false;
  const { provider } = await withServer((_, response) => {
    compressed = !compressed;
    if (compressed) return void response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200, { "content-type": "application/json" }).on("drain", more);
    more();
  });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
  const before = process.memoryUsage().rss;
  await expect(provider.list(limits())).rejects.toMatchObject({
    code: "PROVIDER_OUTAGE",
    message: expect.stringMatching(/maxContentLength|no complete reply/),
  });
  clearInterval(watch);
  expect((peak - before) / 2 ** 20).toBeLessThan(600);
});

test("a reply that comes byte by byte has a time limit", async () => {
  const { provider } = await withServer((_, response) => {
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  });
  const start = performance.now();
  await expect(provider.list(limits(8000))).rejects.toMatchObject({
    code: "PROVIDER_OUTAGE",
    message: expect.stringContaining("no complete reply within"),
  });
  expect(performance.now() - start).toBeLessThan(9000);
});

test.each(["null", "<html>Sign in</html>", '{"branch":null}', JSON.stringify({ branch: BRANCH })])(
  "after the POST, the reply %s is a lost reply: the branch is searched, and no other provider serves",
  async (body) => {
    const { provider, calls } = await withServer((request, response) => json(response, request.method === "POST" ? body : page([])));
    expect(await provider.acquire(requestFor("run-1"), limits(6000))).toMatchObject({
      kind: "refusal",
      code: "outage",
      mayFallBack: false,
    });
    expect(calls.some((call) => call.startsWith("GET") && call.includes("search="))).toBe(true);
  },
);
