// @module-tag proof
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { branchName } from "../../../../src/identity/name.ts";
import { ownerTag, tagToRecord } from "../../../../src/identity/owner-tag.ts";
import { makeProject, type Project } from "../../../support/cli.ts";
import { type MockServer, startMock } from "../../../support/mock-server.ts";
import { runIdentity } from "../../../support/run-identity.ts";

let mock: MockServer;
let project: Project;
beforeAll(async () => {
  mock = await startMock("--branch-limit", "2", "--operation-time", "20");
  project = await makeProject({ ...mock.env, OFFSHOOT_PROVIDER: "neon" });
});
afterAll(async () => {
  await project.remove();
  await mock.stop();
});

/** What a person reads, in one line with single spaces, and the exit status. */
async function read(command: string, env: Readonly<Record<string, string>> = {}): Promise<readonly [number | null, string]> {
  const { code, stdout, stderr } = await project.call(command.split(" "), env);
  const text = `${stdout} ${stderr}`.replaceAll(/\s+/g, " ");
  // One provider is configured, so that nothing can be skipped.
  expect(text).not.toContain("skipped");
  return [code, text];
}

const REJECTED = /Neon did not \S.*authorization failed.*HTTP 401.* Neon does not accept the API key\. Set NEON_API_KEY to a valid API key/;

describe("with a key that Neon rejects", () => {
  test.each(["up", "env", "status", "migrate -- true", "list", "down", "extend", "sweep", "run -- true"])(
    "`offshoot %s` ends with what it means and what to do, and without the key",
    async (command) => {
      const [code, text] = await read(command, { NEON_API_KEY: "napi_wrong" });
      expect([code, text]).toEqual([13, expect.stringMatching(REJECTED)]);
      expect(text.match(/error /g)).toHaveLength(1);
      expect(text).not.toContain("napi_wrong");
    },
  );

  test("`offshoot doctor` shows the failed key, and what to do", async () => {
    const [code, text] = await read("doctor", { NEON_API_KEY: "napi_wrong" });
    expect([code, text]).toEqual([
      13,
      expect.stringMatching(
        /neon is chosen, but fails key FAILED Neon did not .*Set NEON_API_KEY to a valid API key .*`offshoot up` would fail on neon\. See the failed checks\./,
      ),
    ]);
  });

  test("in a job of a fork, the error names the reason", async () => {
    const fork = {
      BUILDKITE: "true",
      BUILDKITE_REPO: "https://github.com/acme/shop.git",
      BUILDKITE_PULL_REQUEST: "7",
      BUILDKITE_PULL_REQUEST_REPO: "https://github.com/stranger/shop.git",
    };
    expect(await read("up", { NEON_API_KEY: "napi_wrong", CI: "true", ...fork })).toEqual([
      13,
      expect.stringMatching(/error The provider neon cannot provide a database: .*HTTP 401.* The CI withholds secrets from this job/),
    ]);
  });
});

test("without a key, `offshoot up` names the variable", async () => {
  const [code, text] = await read("up", { NEON_API_KEY: "" });
  expect([code, text]).toEqual([
    13,
    expect.stringContaining(
      "error The provider neon cannot provide a database: NEON_API_KEY is not set. Set NEON_API_KEY to a Neon API key",
    ),
  ]);
});

describe("at the branch limit", () => {
  beforeAll(() => mock.control("POST", "branches", { branches: [{ name: "feature/of-ada" }] }));

  test("`offshoot up` names the limit, and what frees a place", async () => {
    expect(await read("up")).toEqual([
      13,
      expect.stringMatching(
        /error The provider neon cannot provide a database: The Neon project has reached its branch limit: branches limit exceeded\. Run `offshoot sweep --yes` to delete .* raise the limit of the Neon plan\./,
      ),
    ]);
  });

  test("`offshoot doctor` shows how many of how many branches are used, and what to do", async () => {
    expect(await read("doctor")).toEqual([
      13,
      expect.stringMatching(
        /neon cannot be used .*branches FAILED 2 of 2 used, 0 of them by offshoot .*Run `offshoot sweep` to see what can be deleted.*`offshoot up` would fail/,
      ),
    ]);
  });
});

const NO_PASSWORDS = /The Neon project does not store the passwords of its roles.*Set NEON_PROJECT_ID to a project that stores them/;

/** Sends a request to the API of the mock. */
const call = async (path: string, body: object): Promise<Record<string, { id: string }>> => {
  const headers = { authorization: `Bearer ${mock.apiKey}`, "content-type": "application/json" };
  return (await fetch(`${mock.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json() as never;
};

describe.each(["no-password", "refused"])("in a project that stores no passwords (connection_uri: %s)", (uriWithoutStoredPassword) => {
  let other: { readonly NEON_PROJECT_ID: string };
  beforeAll(async () => {
    await mock.control("POST", "switches", { uriWithoutStoredPassword });
    const made = await call("/projects", { project: { name: "no-passwords", store_passwords: false } });
    other = { NEON_PROJECT_ID: made["project"]?.id ?? "" };
    await vi.waitUntil(async () => ((await mock.control("GET", "state")) as { running: unknown[] }).running.length === 0, 10_000);
  });

  test("`offshoot doctor` says so", async () => {
    const [code, text] = await read("doctor", other);
    expect([code, text]).toEqual([13, expect.stringMatching(NO_PASSWORDS)]);
    expect(text).toContain("passwords FAILED");
  });

  test("`offshoot up` says so, and leaves no branch", async () => {
    const [code, text] = await read("up", other);
    expect([code, text]).toEqual([13, expect.stringMatching(NO_PASSWORDS)]);
    expect(text).toContain("was deleted again");
    expect((await read("list", other))[1]).toContain("no databases");
  });

  test("`offshoot env` of an existing branch says so, and keeps the branch", async () => {
    const [, doctor] = await read("doctor", other);
    const repository = /run test of (\S+)/.exec(doctor)?.[1] ?? "";
    const run = runIdentity({ repository, key: "test" });
    const createdAt = new Date();
    const tag = ownerTag({ run, createdAt, expiresAt: new Date(createdAt.getTime() + 7_200_000) });
    await call(`/projects/${other.NEON_PROJECT_ID}/branches`, {
      branch: { name: branchName(run) },
      endpoints: [{ type: "read_write" }],
      annotation_value: tagToRecord(tag),
    });
    expect(await read("env", other)).toEqual([13, expect.stringMatching(NO_PASSWORDS)]);
    expect((await read("list", other))[1]).toContain("test");
    expect((await read("down", other))[0]).toBe(0);
  });
});
