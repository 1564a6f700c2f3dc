// @module-tag proof
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeProject, type Project } from "../../support/cli.ts";
import { type MockServer, startMock } from "../../support/mock-server.ts";
import { taggedBranch } from "../../support/neon-harness.ts";

const DAY = 86_400_000;

const RULES = `sweep:
  also:
    - match: preview/pr-*
      closed: true
      repository: acme/shop
      olderThan: 30d
      reason: left by the preview job
    - match: nightly-*
      olderThan: 14d
      expireIn: 3d
      reason: left by the nightly job
`;

let mock: MockServer;
let project: Project;
let github: Server;

beforeEach(async () => {
  mock = await startMock();
  github = createServer((request, response) => {
    const isList = request.url?.startsWith("/repos/acme/shop/pulls?state=closed") === true;
    response.writeHead(isList ? 200 : 404).end(JSON.stringify(isList ? [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }] : {}));
  });
  github.listen(0, "127.0.0.1");
  await once(github, "listening");
  const address = github.address();
  project = await makeProject({
    OFFSHOOT_PROVIDER: "neon",
    ...mock.env,
    GITHUB_API_URL: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    GITHUB_TOKEN: "ghs_of-the-test",
  });
  await project.write("offshoot.yaml", RULES);
});
afterEach(async () => {
  github.closeAllConnections();
  github.close();
  await project.remove();
  await mock.stop();
});

async function insert(branches: readonly object[]): Promise<readonly { readonly id: string; readonly name: string }[]> {
  return (await mock.control("POST", "branches", { branches })) as readonly { readonly id: string; readonly name: string }[];
}

/** A project in which other tools left branches: parents, protected ones, and what people still use. */
async function fill(): Promise<void> {
  const old = { age_ms: 40 * DAY };
  const [, , three] = await insert([
    { name: "preview/pr-1", ...old },
    { name: "preview/pr-2", ...old, protected: true },
    { name: "preview/pr-3", ...old },
    { name: "preview/pr-9", ...old },
    { name: "preview/pr-4-copy", ...old },
    { name: "nightly-1", ...old },
    { name: "nightly-2", age_ms: DAY },
    { name: "feature/login", ...old },
    { ...taggedBranch("old", { now: Date.now(), ageMs: 40 * DAY, expiresInMs: -DAY }), expires_at: undefined },
  ]);
  await insert([{ name: "somebody's work", parent_id: three?.id }]);
}

const lastLine = (text: string): string | undefined => text.trimEnd().split("\n").at(-1);

const names = async (): Promise<readonly string[]> => (await mock.branches()).map(({ name }) => name).toSorted();

interface Printed {
  readonly delete: readonly { readonly name: string; readonly why: string }[];
  readonly keep: readonly { readonly name: string; readonly reason: string }[];
  readonly savings: readonly { readonly reason: string; readonly count: number }[];
}
async function sweep(...args: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await project.call(["sweep", "--json", "--all-repositories", ...args]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Printed;
}

const sweeping = (...args: readonly string[]) => project.call(["sweep", "--all-repositories", ...args]);

describe("offshoot sweep --also", () => {
  test("deletes what the rules name and nothing else, and only with --also", async () => {
    await fill();
    const before = await names();
    expect((await sweep()).delete.map(({ name }) => name)).toEqual(["offshoot/acme/shop/old"]);
    const planned = await sweep("--also");
    expect(planned.delete.map(({ name }) => name).toSorted()).toEqual(["nightly-1", "offshoot/acme/shop/old", "preview/pr-1"]);
    expect(planned.keep.map(({ name, reason }) => `${name}: ${reason}`).toSorted()).toEqual([
      "nightly-2: not-expired",
      "preview/pr-2: guarded",
      "preview/pr-3: has-children",
      "preview/pr-9: not-expired",
    ]);
    expect(planned.savings).toMatchObject([
      { reason: "expired", count: 1 },
      { reason: "also", count: 2 },
      { reason: "total", count: 3 },
    ]);
    expect(await names()).toEqual(before);
    await sweep("--also", "--yes");
    expect(await names()).toEqual(before.filter((name) => name !== "preview/pr-1" && name !== "offshoot/acme/shop/old"));
    const state = (await mock.control("GET", "state")) as {
      readonly branches: readonly { readonly name: string; readonly expires_at?: string }[];
    };
    const expiring = state.branches.filter(({ expires_at: at }) => at !== undefined);
    expect(expiring.map(({ name }) => name)).toEqual(["nightly-1"]);
    expect(Math.abs(Date.parse(expiring[0]?.expires_at ?? "") - Date.now() - 3 * DAY)).toBeLessThan(60_000);
  });

  test("deletes with --apply only what the file and a new plan contain", async () => {
    await fill();
    const before = await names();
    await sweep("--also", "--plan", "plan.json");
    const path = join(project.directory, "plan.json");
    expect((await readFile(path, "utf8")).split("\n").filter((line) => line.includes("br-"))).toHaveLength(3);
    await project.write(
      "plan.json",
      (await readFile(path, "utf8")).replace(/ {4}\{[^\n]*nightly-1[^\n]*\},?\n/, "").replace(/\},\n {2}\]/, "}\n  ]"),
    );
    await mock.control("POST", "branches", { branches: [{ name: "preview/pr-4", age_ms: 40 * DAY }] });
    const applied = await sweep("--also", "--apply", "plan.json");
    expect(
      applied.keep
        .filter(({ reason }) => reason === "not-in-plan")
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["nightly-1", "preview/pr-4"]);
    expect(await names()).toEqual(
      [...before, "preview/pr-4"].filter((name) => name !== "preview/pr-1" && name !== "offshoot/acme/shop/old").toSorted(),
    );
  });

  test("counts no pull request as closed if GitHub does not answer", async () => {
    await fill();
    const { stdout, stderr } = await project.call(["sweep", "--also", "--json"], { GITHUB_TOKEN: undefined });
    expect((JSON.parse(stdout) as Printed).delete.map(({ name }) => name)).toEqual(["nightly-1"]);
    expect(stderr).toContain("Could not read the closed pull requests of acme/shop");
  });

  test("shows what would be saved, and the next step", async () => {
    await fill();
    const { stdout } = await project.call(["sweep", "--also", "--plan", "plan.json"]);
    expect(stdout).toMatch(/^reason +databases +size +oldest\nalso +2 +\d+\.\d MB +\d{4}-\d\d-\d\d\ntotal +2 /m);
    expect(lastLine(stdout)).toBe(
      "Nothing was deleted. The plan is in plan.json: review it, then run it again with --apply plan.json: it deletes 1 of 7 databases, sets the expiry of 1, keeps 5.",
    );
  });

  test("ends with one line that says what it did in total", async () => {
    await fill();
    expect(lastLine((await sweeping()).stdout)).toBe("Nothing was deleted. Run it again with --yes: it deletes 1 of 1 database.");
    await mock.control("POST", "faults", { method: "DELETE", status: 403, message: "not allowed", times: 1 });
    const failed = await sweeping("--also", "--yes");
    expect({ code: failed.code, last: lastLine(failed.stdout) }).toEqual({
      code: 15,
      last: "Deleted 1 of 7 databases, set the expiry of 1, kept 4, 1 failed.",
    });
    expect(lastLine((await sweeping("--yes")).stdout)).toBe("Deleted 1 of 1 database.");
    expect((await sweeping("--yes")).stdout).toBe("Nothing was deleted: no database was found.\n");
    expect(lastLine((await sweeping("--also")).stdout)).toBe("Nothing was deleted: all 5 databases are kept.");
    expect(Object.keys(await sweep("--also"))).toEqual(["version", "applied", "delete", "keep", "failed", "savings"]);
  });

  test("a database that could not be deleted any more is kept: it has one row, and counts once", async () => {
    await fill();
    await mock.control("POST", "faults", { method: "DELETE", status: 422, message: "it is busy", times: 1 });
    const { code, stdout } = await sweeping("--also", "--yes");
    expect(code).toBe(0);
    expect(stdout.match(/offshoot\/acme\/shop\/old .*/g)).toEqual([expect.stringContaining("it is busy")]);
    expect(lastLine(stdout)).toBe("Deleted 1 of 7 databases, set the expiry of 1, kept 5.");
  });
});

test.each([
  [["--also"], "provider: neon\n", "--also needs rules"],
  [["--plan", "p.json", "--yes"], RULES, "--plan only writes the plan"],
  [["--apply", "missing.json"], RULES, "Could not read the plan missing.json"],
  [["--apply", "offshoot.yaml"], RULES, "it is not JSON"],
])("%j is refused, and nothing is deleted", async (args, configuration, message) => {
  await fill();
  const before = await names();
  await project.write("offshoot.yaml", configuration);
  const { code, stderr } = await project.call(["sweep", ...args]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(await names()).toEqual(before);
});
