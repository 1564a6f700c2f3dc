import { createServer } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { githubOf } from "../../../src/github/client.ts";
import { makeProject, type Project } from "../../support/cli.ts";

const UNVERIFIED = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
const NEON = { NEON_API_KEY: "napi_0123456789abcdef", NEON_PROJECT_ID: "p-1", OFFSHOOT_PROVIDER: "neon" };

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project.remove());

test("the API key is not sent while Node.js verifies no certificate", async () => {
  const { code, stderr } = await project.call(["list"], { ...NEON, ...UNVERIFIED });
  expect(code).toBe(13);
  expect(stderr).toContain("neon: NODE_TLS_REJECT_UNAUTHORIZED is 0, so Node.js verifies no certificate.");
  expect(stderr).toContain("NODE_EXTRA_CA_CERTS");
});

test("an API on this machine needs no certificate", async () => {
  const server = createServer((_, response) => response.writeHead(401).end("{}")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { stderr } = await project.call(["list"], { ...NEON, ...UNVERIFIED, NEON_API_HOST: `http://127.0.0.1:${port}/api/v2` });
  server.close();
  expect(stderr).not.toContain("NODE_TLS_REJECT_UNAUTHORIZED");
});

test("GitHub's token is not sent while Node.js verifies no certificate", async () => {
  const env = { GITHUB_API_URL: "https://127.0.0.1:9", GITHUB_TOKEN: "ghs_x", ...UNVERIFIED };
  const github = githubOf(env, "acme/shop", AbortSignal.timeout(10_000));
  await expect(github?.send("DELETE", "/x")).rejects.toThrow("The token was not sent");
});
