import { describe, expect, test } from "vitest";
import { isDatabase, planted, setStage, type Stage, START, wantedBy } from "../../../support/neon-stage.ts";

const POST = "POST /branches";
const LOOK = "GET /branches";

const acquired = async (stage: Stage, key = "run-1", options: Parameters<Stage["provider"]>[0] = {}) =>
  isDatabase(await stage.provider(options).acquire(wantedBy(key), stage.limits()));

describe("from nothing to a URL", () => {
  test("takes one call, which carries name, expiry, owner and compute", async () => {
    const stage = await setStage();
    const database = await acquired(stage);
    expect(stage.calls()).toEqual([POST]);
    expect(database).toMatchObject({ origin: "created", postgresMajor: 17, expiresAt: new Date(START + 7_200_000), base: undefined });
    expect(new URL(database.directUrl).hostname).toMatch(/^ep-[a-z0-9-]+\./);
    expect(new URL(database.url).hostname).toMatch(/^ep-[a-z0-9-]+-pooler\./);
    const [listed] = await stage.provider().list(stage.limits());
    expect(listed).toMatchObject({ id: database.id, name: "offshoot/acme/shop/run-1", kind: "run", tag: database.tag });
  });

  test("takes two where the parent has several roles, and connects as the database's owner", async () => {
    const stage = await setStage({ roles: 3 });
    const database = await acquired(stage);
    expect(stage.calls()).toEqual([POST, "GET /connection_uri"]);
    expect(new URL(database.directUrl).username).toBe("neondb_owner");
    expect(new URL(database.url).hostname).toMatch(/-pooler\./);
  });

  test("asks for the branch that is meant, never for the default one", async () => {
    const stage = await setStage({ databases: 2 });
    const database = await acquired(stage, "run-1", { choices: { database: "neondb" } });
    const state = [...(stage.neon.state.projects.get(stage.neon.projectId)?.endpoints.values() ?? [])];
    expect(state.find(({ branchId }) => branchId === database.id)?.host).toBe(new URL(database.directUrl).hostname);
  });

  test("names the databases where it can't tell which one is meant, and leaves nothing behind", async () => {
    const stage = await setStage({ databases: 2 });
    await expect(acquired(stage)).rejects.toMatchObject({ code: "USAGE", meaning: expect.stringContaining("neondb") });
    expect(stage.names()).toEqual([]);
  });

  test("sends parent, point in time and compute size only where they were chosen", async () => {
    const stage = await setStage();
    const at = new Date(START - 60_000).toISOString();
    const database = await acquired(stage, "run-1", {
      choices: { parent: "main", parentAt: at, compute: { min: 0.5, max: 2, suspendMs: 120_000 } },
    });
    expect(stage.calls()).toEqual([LOOK, POST]);
    const project = stage.neon.state.projects.get(stage.neon.projectId);
    expect(project?.branches.get(database.id)).toMatchObject({ parentTimestamp: at });
    expect([...(project?.endpoints.values() ?? [])].find(({ branchId }) => branchId === database.id)).toMatchObject({
      minCu: 0.5,
      maxCu: 2,
      suspendTimeoutSeconds: 120,
    });
  });

  test("starts from a parent's schema alone where told so", async () => {
    const stage = await setStage();
    const database = await acquired(stage, "run-1", { choices: { schemaOnly: true } });
    expect(stage.neon.state.projects.get(stage.neon.projectId)?.branches.get(database.id)).toMatchObject({
      initSource: "schema-only",
      parentId: undefined,
    });
  });

  test("hands out anonymised data only once it is anonymised", async () => {
    const stage = await setStage();
    await acquired(stage, "run-1", { choices: { anonymized: true } });
    expect(stage.calls()).toEqual(["POST /branch_anonymized", "GET /branches/{branch_id}/anonymized_status"]);
  });
});

describe("adopting", () => {
  test("hands the same branch to a sibling", async () => {
    const stage = await setStage();
    const first = await acquired(stage);
    const second = await acquired(stage);
    expect(second).toMatchObject({ origin: "adopted", id: first.id, url: first.url, directUrl: first.directUrl, tag: first.tag });
    expect(stage.names()).toHaveLength(1);
  });

  test("gives twenty that ask at once one branch", async () => {
    const stage = await setStage({ operationMs: 500 });
    const all = await Promise.all(Array.from({ length: 20 }, () => acquired(stage)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ origin }) => origin === "created")).toHaveLength(1);
    expect(stage.neon.calls.counts["POST /projects/{project_id}/branches"]).toEqual({ 201: 1, 409: 19, total: 20 });
  });

  test("renews the expiry, never brings it nearer, and writes none for siblings of the same minute", async () => {
    const stage = await setStage();
    await acquired(stage);
    const limits = stage.limits();
    const longer = isDatabase(await stage.provider().acquire(wantedBy("run-1", { ttlMs: 14_400_000 }), limits));
    expect(longer.expiresAt).toEqual(new Date(START + 14_400_000));
    const shorter = isDatabase(await stage.provider().acquire(wantedBy("run-1", { ttlMs: 60_000 }), limits));
    expect(shorter.expiresAt).toEqual(longer.expiresAt);
    expect(stage.calls().filter((call) => call.startsWith("PATCH"))).toHaveLength(1);
  });

  test("lives with a renewal that fails, and says so", async () => {
    const stage = await setStage();
    const first = await acquired(stage);
    stage.fault({ method: "PATCH", status: 422, message: "not now", times: -1 });
    const second = isDatabase(await stage.provider().acquire(wantedBy("run-1", { ttlMs: 14_400_000 }), stage.limits()));
    expect(second.expiresAt).toEqual(first.expiresAt);
    expect(stage.events).toContainEqual({ kind: "warning", text: expect.stringContaining("could not be renewed") });
  });

  test("warns who came to stay that the branch goes with the last run", async () => {
    const stage = await setStage();
    const passing = wantedBy("run-1");
    await stage.provider().acquire({ ...passing, tag: { ...passing.tag, lifetime: "last-run" } }, stage.limits());
    await stage.provider().acquire({ ...passing, tag: { ...passing.tag, lifetime: "last-run" } }, stage.limits());
    expect(stage.events).toEqual([]);
    await stage.provider().acquire({ ...passing, tag: { ...passing.tag, lifetime: "until-down" } }, stage.limits());
    expect(stage.events).toEqual([{ kind: "warning", text: expect.stringContaining("last such run") }]);
  });

  test("gives a compute to a branch that has none", async () => {
    const stage = await setStage();
    const [branch] = stage.plant([planted("run-1")]);
    const database = await acquired(stage);
    expect(database.id).toBe(branch?.id);
    expect(stage.calls()).toContain("POST /endpoints");
  });

  test.each([
    ["without a tag", { name: "offshoot/acme/shop/run-1" }, /carries no owner tag/],
    ["of another run", { ...planted("run-2"), name: "offshoot/acme/shop/run-1" }, /carries no owner tag/],
  ])("refuses a branch %s, and tells whose it is", async (_, branch, message) => {
    const stage = await setStage();
    stage.plant([branch]);
    await expect(acquired(stage)).rejects.toMatchObject({ code: "NOT_OURS", exitCode: 14, message: expect.stringMatching(message) });
    expect(stage.names()).toEqual(["offshoot/acme/shop/run-1"]);
  });

  test("waits until a branch that is being deleted has let go of its name", async () => {
    const stage = await setStage({ operationMs: 3000, switches: { deletedNameBlocks: true } });
    const first = await acquired(stage);
    expect(await stage.provider().release(first.name, stage.limits())).toBe("deleted");
    const second = await acquired(stage);
    expect(second.origin).toBe("created");
    expect(second.id).not.toBe(first.id);
  });

  test("does not take a child's inherited annotation for its own", async () => {
    const stage = await setStage({ switches: { annotationsInherited: true } });
    const [parent] = stage.plant([{ ...planted("run-1"), expires_at: undefined }]);
    stage.plant([{ ...planted("run-1"), name: "offshoot/acme/shop/run-9", parent_id: parent?.id }]);
    await expect(stage.provider().release("offshoot/acme/shop/run-9", stage.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
  });
});

describe("a lost reply", () => {
  test.each([
    ["a connection that broke", { drop: "after" as const }],
    ["an edge that timed out", { status: 524, worked: true, html: "<html>a timeout occurred</html>" }],
    ["an error of the server", { status: 500, worked: true }],
    ["a page in place of the reply", { status: 200, worked: true, html: "<html>hello</html>" }],
  ])("after %s is settled by looking for the name", async (_, fault) => {
    const stage = await setStage();
    stage.fault({ method: "POST", ...fault });
    const database = await acquired(stage);
    expect(database.name).toBe("offshoot/acme/shop/run-1");
    expect(stage.calls().slice(0, 2)).toEqual([POST, LOOK]);
    expect(stage.calls().filter((call) => call === POST)).toHaveLength(1);
  });

  test("is followed by a second POST only after a look has shown nothing", async () => {
    const stage = await setStage();
    stage.fault({ method: "POST", drop: "before" });
    await acquired(stage);
    expect(stage.calls()).toEqual([POST, LOOK, POST]);
  });

  test("is settled even while the list doesn't show the branch yet", async () => {
    const stage = await setStage({ switches: { listLag: 3, readLag: 3 } });
    stage.fault({ method: "POST", drop: "after" });
    await acquired(stage);
    expect(stage.names()).toHaveLength(1);
  });
});

describe("expiry", () => {
  test.each(["refused", "ignored"] as const)("that is %s is a warning and no failure", async (expiresAt) => {
    const stage = await setStage({ switches: { expiresAt } });
    const database = await acquired(stage);
    expect(database.expiresAt).toBeUndefined();
    expect(stage.events).toContainEqual({ kind: "warning", text: expect.stringMatching(/expiry/) });
  });

  test("of thirty days is taken though our clock is a little ahead", async () => {
    const stage = await setStage();
    stage.clock.advance(-300_000);
    const database = isDatabase(await stage.provider().acquire(wantedBy("run-1", { ttlMs: 30 * 86_400_000 }), stage.limits()));
    expect(database.expiresAt).toBeDefined();
  });
});
