import { describe, expect, test } from "vitest";
import { createHarness, type NeonHarness, requestFor, requireDatabase, START } from "../../../support/neon-harness.ts";

const POST = "POST /branches";
const LIST = "GET /branches";
/** Of the owner tag, while the compute starts. */
const READ = "GET /branches/{branch_id}";

const acquired = async (harness: NeonHarness, key = "run-1", options: Parameters<NeonHarness["provider"]>[0] = {}) =>
  requireDatabase(await harness.provider(options).acquire(requestFor(key), harness.limits()));
const project = (harness: NeonHarness) => harness.neon.state.projects.get(harness.neon.projectId);
const endpoints = (harness: NeonHarness) => [...(project(harness)?.endpoints.values() ?? [])];

describe("creating a branch", () => {
  test("needs one call before the wait for its compute, which sends the name, the expiry, the owner and the compute", async () => {
    const harness = await createHarness();
    const database = await acquired(harness);
    expect(harness.calls()).toEqual([POST, READ]);
    expect(database).toMatchObject({ origin: "created", postgresMajor: 17, expiresAt: new Date(START + 7_200_000), base: undefined });
    expect(new URL(database.directUrl).hostname).toMatch(/^ep-[a-z0-9-]+\./);
    expect(new URL(database.url).hostname).toMatch(/^ep-[a-z0-9-]+-pooler\./);
    const [listed] = await harness.provider().list(harness.limits());
    expect(listed).toMatchObject({ id: database.id, name: "offshoot/acme/shop/run-1", kind: "run", tag: database.tag });
  });

  test("needs one more call if the parent has several roles, and connects as the owner of the database", async () => {
    const harness = await createHarness({ roles: 3 });
    const database = await acquired(harness);
    expect(harness.calls().toSorted()).toEqual([READ, "GET /connection_uri", POST]);
    expect(new URL(database.directUrl).username).toBe("neondb_owner");
    expect(new URL(database.url).hostname).toMatch(/-pooler\./);
  });

  test("reads the connection URI of the new branch and not of the default branch", async () => {
    const harness = await createHarness({ databases: 2 });
    const database = await acquired(harness, "run-1", { choices: { database: "neondb" } });
    expect(endpoints(harness).find(({ branchId }) => branchId === database.id)?.host).toBe(new URL(database.directUrl).hostname);
  });

  test("throws an error with the database names if it must choose between several, and leaves nothing behind", async () => {
    const harness = await createHarness({ databases: 2 });
    await expect(acquired(harness)).rejects.toMatchObject({ code: "USAGE", meaning: expect.stringContaining("neondb") });
    expect(harness.names()).toEqual([]);
  });

  test("sends the parent, the past state and the compute size that the user has set", async () => {
    const harness = await createHarness();
    const at = new Date(START - 60_000).toISOString();
    const database = await acquired(harness, "run-1", {
      choices: { parent: "main", parentAt: at, compute: { min: 0.5, max: 2, suspendMs: 120_000 } },
    });
    expect(harness.calls()).toEqual([LIST, POST, READ]);
    expect(project(harness)?.branches.get(database.id)).toMatchObject({ parentTimestamp: at });
    expect(endpoints(harness).find(({ branchId }) => branchId === database.id)).toMatchObject({
      minCu: 0.5,
      maxCu: 2,
      suspendTimeoutSeconds: 120,
    });
  });

  test("copies only the schema of the parent with schemaOnly", async () => {
    const harness = await createHarness();
    const database = await acquired(harness, "run-1", { choices: { schemaOnly: true } });
    expect(project(harness)?.branches.get(database.id)).toMatchObject({ initSource: "schema-only", parentId: undefined });
  });

  test("waits until the data is anonymized with anonymized", async () => {
    const harness = await createHarness();
    await acquired(harness, "run-1", { choices: { anonymized: true } });
    expect(harness.calls()).toEqual(["POST /branch_anonymized", READ, "GET /branches/{branch_id}/anonymized_status"]);
  });
});

describe("the expiry of a new branch", () => {
  test.each(["refused", "ignored"] as const)("causes a warning and no failure if Neon %s it", async (expiresAt) => {
    const harness = await createHarness({ switches: { expiresAt } });
    const database = await acquired(harness);
    expect(database.expiresAt).toBeUndefined();
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringMatching(/expiry/) });
  });

  test("can be thirty days even if our clock is a little ahead", async () => {
    const harness = await createHarness();
    harness.clock.advance(-300_000);
    const database = requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs: 30 * 86_400_000 }), harness.limits()));
    expect(database.expiresAt).toBeDefined();
  });
});

describe("after a lost reply to the create", () => {
  test.each([
    ["a broken connection", { drop: "after" as const }],
    ["a timeout of a proxy", { status: 524, worked: true, html: "<html>a timeout occurred</html>" }],
    ["a server error", { status: 500, worked: true }],
    ["an HTML page instead of JSON", { status: 200, worked: true, html: "<html>hello</html>" }],
  ])("the branch is searched by its name: %s", async (_, fault) => {
    const harness = await createHarness();
    harness.fault({ method: "POST", ...fault });
    const database = await acquired(harness);
    expect(database.name).toBe("offshoot/acme/shop/run-1");
    expect(harness.calls().slice(0, 2)).toEqual([POST, LIST]);
    expect(harness.calls().filter((call) => call === POST)).toHaveLength(1);
  });

  test("a second POST is sent only after a search has found no branch", async () => {
    const harness = await createHarness();
    harness.fault({ method: "POST", drop: "before" });
    await acquired(harness);
    expect(harness.calls()).toEqual([POST, LIST, POST, READ]);
  });

  test("one branch exists, even if the list does not show it at first", async () => {
    const harness = await createHarness({ switches: { listLag: 3, readLag: 3 } });
    harness.fault({ method: "POST", drop: "after" });
    await acquired(harness);
    expect(harness.names()).toHaveLength(1);
  });
});
