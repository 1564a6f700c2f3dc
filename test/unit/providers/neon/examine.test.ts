import { describe, expect, test } from "vitest";
import { branchName } from "../../../../src/identity/name.ts";
import type { Examination } from "../../../../src/providers/provider.ts";
import { createHarness, type NeonHarness, requestFor, runOf, taggedBranch } from "../../../support/neon-harness.ts";

const NAME = branchName(runOf("run-1"));

const examine = (harness: NeonHarness, options: Parameters<NeonHarness["provider"]>[0] = {}): Promise<Examination> =>
  harness.provider(options).examine(NAME, harness.limits());

/** The texts of the checks that are not `ok`, by name. */
const problems = ({ checks }: Examination): unknown[] =>
  checks.filter(({ state }) => state !== "ok").map(({ name, state }) => [name, state]);

test("shows what a run would use, with three calls, and changes nothing", async () => {
  const harness = await createHarness({ branchLimit: 20 });
  const found = await examine(harness);
  expect(found.checks.map(({ name, state, text }) => [name, state, text])).toEqual([
    ["key", "ok", "NEON_API_KEY is accepted."],
    ["project", "ok", `mock (${harness.neon.projectId}), PostgreSQL 17`],
    ["parent", "ok", expect.stringMatching(/^main \(br-/)],
    ["database", "ok", "neondb"],
    ["role", "ok", "neondb_owner"],
    ["branches", "ok", "1 of 20 used, 0 of them by offshoot (plan scale_v3)"],
  ]);
  expect(found).toMatchObject({ action: `create the branch ${NAME} from main`, refusal: undefined });
  expect(harness.calls().toSorted()).toEqual(["GET ", "GET /branches", "GET /branches/{branch_id}/databases"]);
});

test("says that the branch of another job would be used", async () => {
  const harness = await createHarness();
  await harness.provider().acquire(requestFor("run-1"), harness.limits());
  expect((await examine(harness)).action).toMatch(/^use the branch offshoot\/acme\/shop\/run-1 \(br-.*which exists since 2026/);
});

test("counts without a limit where Neon does not show one", async () => {
  const harness = await createHarness({ switches: { ownerShown: false } });
  expect((await examine(harness)).checks).toContainEqual({
    name: "branches",
    state: "ok",
    text: "1 used, 0 of them by offshoot; Neon does not show the limit of this account",
  });
});

describe("a failed check", () => {
  test("names the key if Neon rejects it", async () => {
    const harness = await createHarness();
    const found = await examine(harness, { apiKey: "napi_wrong" });
    expect([problems(found), found.action, found.refusal]).toEqual([[["key", "failed"]], undefined, undefined]);
    expect(JSON.stringify(found)).not.toContain("napi_wrong");
  });

  test("is a refusal if the CI withholds secrets", async () => {
    const harness = await createHarness();
    expect((await examine(harness, { apiKey: "napi_wrong", secretsWithheld: true })).refusal).toMatchObject({ code: "key-unusable" });
  });

  test.each([404, 403] as const)(
    "names the projects that the key can read for an unknown one (status %i)",
    async (unknownProjectStatus) => {
      const harness = await createHarness({ switches: { unknownProjectStatus } });
      const { checks } = await examine(harness, { project: "no-such-project-1" });
      expect(checks).toMatchObject([{ name: "project", state: "failed", text: expect.stringContaining(harness.neon.projectId) }]);
    },
  );

  test("names the branches for an unknown parent, and the databases and roles for unknown ones", async () => {
    const harness = await createHarness({ databases: 2 });
    const parent = await examine(harness, { choices: { parent: "nothing" } });
    expect(parent.checks).toContainEqual(expect.objectContaining({ name: "parent", text: expect.stringContaining("Its branches: main.") }));
    const database = await examine(harness);
    expect(database.checks).toContainEqual(
      expect.objectContaining({ name: "database", state: "failed", text: expect.stringContaining("neondb, database_2") }),
    );
    const role = await examine(harness, { choices: { database: "neondb", role: "nobody" } });
    expect(role.checks).toContainEqual(
      expect.objectContaining({ name: "role", state: "failed", text: expect.stringContaining("no role nobody") }),
    );
    expect(role.checks).toContainEqual(expect.objectContaining({ name: "database", state: "ok" }));
  });

  test("names a parent that expires, and a branch of this name without our tag", async () => {
    const harness = await createHarness();
    harness.insert([{ name: "short", expires_at: "2026-11-02T00:00:00Z" }, { name: NAME }]);
    const found = await examine(harness, { choices: { parent: "short" } });
    expect([problems(found), found.action]).toEqual([
      [
        ["parent", "failed"],
        ["name", "failed"],
      ],
      undefined,
    ]);
  });

  test("is a refusal at the branch limit, unless an expired branch can be deleted", async () => {
    const harness = await createHarness({ branchLimit: 2, switches: { reapLagMs: 1e9 } });
    harness.insert([{ name: "somebody's" }]);
    expect((await examine(harness)).refusal).toMatchObject({ code: "branch-limit", mayFallBack: true });
    const another = await createHarness({ branchLimit: 2, switches: { reapLagMs: 1e9 } });
    another.insert([taggedBranch("old", { ageMs: 86_400_000, expiresInMs: -3_600_000 })]);
    expect((await examine(another)).refusal).toBeUndefined();
  });

  test("is a refusal if Neon does not answer", async () => {
    const harness = await createHarness();
    harness.fault({ status: 503, times: -1 });
    expect((await examine(harness)).refusal).toMatchObject({ code: "outage", mayFallBack: true });
  });
});

test("warns of what can keep this machine from connecting", async () => {
  const harness = await createHarness();
  const project = harness.neon.state.projects.get(harness.neon.projectId);
  if (project === undefined) throw new Error("The mock has no project.");
  project.settings = { allowed_ips: { ips: ["192.0.2.1"], protected_branches_only: false }, block_public_connections: true };
  harness.insert([{ name: "cold", archived: true }]);
  const found = await examine(harness, { choices: { parent: "cold" } });
  expect(problems(found)).toEqual([
    ["addresses", "warning"],
    ["addresses", "warning"],
    ["parent", "warning"],
  ]);
  expect(found.action).toBeDefined();
});
