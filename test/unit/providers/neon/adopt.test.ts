import { describe, expect, test } from "vitest";
import { theProject } from "../../../../mocks/neon/neon.ts";
import { createHarness, type NeonHarness, requestFor, requireDatabase, START, taggedBranch } from "../../../support/neon-harness.ts";

const acquired = async (harness: NeonHarness) => requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));

describe("adopting a branch", () => {
  test("gives two jobs of one run the same branch", async () => {
    const harness = await createHarness();
    const first = await acquired(harness);
    const second = await acquired(harness);
    expect(second).toMatchObject({ origin: "adopted", id: first.id, url: first.url, directUrl: first.directUrl, tag: first.tag });
    expect(harness.names()).toHaveLength(1);
  });

  test("gives twenty simultaneous jobs one branch", async () => {
    const harness = await createHarness({ operationMs: 500 });
    const all = await Promise.all(Array.from({ length: 20 }, () => acquired(harness)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ origin }) => origin === "created")).toHaveLength(1);
    expect(harness.neon.calls.counts["POST /projects/{project_id}/branches"]).toEqual({ 201: 1, 409: 19, total: 20 });
  });

  test("moves the expiry only to a later time, and not by less than a tenth of the time to live", async () => {
    const harness = await createHarness();
    await acquired(harness);
    const limits = harness.limits();
    const longer = requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs: 14_400_000 }), limits));
    expect(longer.expiresAt).toEqual(new Date(START + 14_400_000));
    const shorter = requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs: 60_000 }), limits));
    expect(shorter.expiresAt).toEqual(longer.expiresAt);
    const little = requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs: 15_900_000 }), limits));
    expect(little.expiresAt).toEqual(longer.expiresAt);
    expect(harness.calls().filter((call) => call.startsWith("PATCH"))).toHaveLength(1);
  });

  test("only warns if the expiry cannot be renewed", async () => {
    const harness = await createHarness();
    const first = await acquired(harness);
    harness.fault({ method: "PATCH", status: 422, message: "not now", times: -1 });
    const second = requireDatabase(await harness.provider().acquire(requestFor("run-1", { ttlMs: 14_400_000 }), harness.limits()));
    expect(second.expiresAt).toEqual(first.expiresAt);
    expect(harness.events).toContainEqual({ kind: "warning", text: expect.stringContaining("could not be renewed") });
  });

  test("warns a caller that wants to keep a branch which the last `offshoot run` deletes", async () => {
    const harness = await createHarness();
    const request = requestFor("run-1");
    await harness.provider().acquire({ ...request, tag: { ...request.tag, lifetime: "last-run" } }, harness.limits());
    await harness.provider().acquire({ ...request, tag: { ...request.tag, lifetime: "last-run" } }, harness.limits());
    expect(harness.events).toEqual([]);
    await harness.provider().acquire({ ...request, tag: { ...request.tag, lifetime: "until-down" } }, harness.limits());
    expect(harness.events).toEqual([{ kind: "warning", text: expect.stringContaining("deleted when the last `offshoot run`") }]);
  });

  test.each([
    ["lost", { drop: "after" }, 1],
    ["lost before the work", { drop: "before" }, 2],
    ["a page of a proxy after the work", { status: 503, worked: true, html: "<html>" }, 1],
    ["a page of a proxy without the work", { status: 429, html: "<html>", times: 2 }, 3],
    ["a refusal of a proxy after the work", { status: 403, worked: true, html: "<html>" }, 1],
  ] as const)("creates one compute for a branch without one if the reply is %s", async (_, fault, posts) => {
    const harness = await createHarness();
    harness.insert([taggedBranch("run-1")]);
    harness.fault({ method: "POST", route: "*/endpoints", ...fault });
    const { id } = await acquired(harness);
    const computes = [...theProject(harness.neon).endpoints.values()].filter(({ branchId }) => branchId === id);
    expect([computes.length, harness.calls().filter((call) => call === "POST /endpoints").length]).toEqual([1, posts]);
  });

  test("creates a compute for a branch without one", async () => {
    const harness = await createHarness();
    const [branch] = harness.insert([taggedBranch("run-1")]);
    const database = await acquired(harness);
    expect(database.id).toBe(branch?.id);
    expect(harness.calls()).toContain("POST /endpoints");
  });

  test.each([
    ["without a tag", { name: "offshoot/acme/shop/run-1" }, /has no owner tag/],
    ["with the tag of another run", { ...taggedBranch("run-2"), name: "offshoot/acme/shop/run-1" }, /has no owner tag/],
  ])("refuses a branch %s and names the branch", async (_, branch, message) => {
    const harness = await createHarness();
    harness.insert([branch]);
    await expect(acquired(harness)).rejects.toMatchObject({ code: "NOT_OURS", exitCode: 14, message: expect.stringMatching(message) });
    expect(harness.names()).toEqual(["offshoot/acme/shop/run-1"]);
  });

  test("waits until the deletion of a branch has freed its name", async () => {
    const harness = await createHarness({ operationMs: 3000, switches: { deletedNameBlocks: true } });
    const first = await acquired(harness);
    expect(await harness.provider().release(first.name, harness.limits())).toBe("deleted");
    const second = await acquired(harness);
    expect(second.origin).toBe("created");
    expect(second.id).not.toBe(first.id);
  });

  test("ignores an annotation that a child has inherited", async () => {
    const harness = await createHarness({ switches: { annotationsInherited: true } });
    const [parent] = harness.insert([{ ...taggedBranch("run-1"), expires_at: undefined }]);
    harness.insert([{ ...taggedBranch("run-1"), name: "offshoot/acme/shop/run-9", parent_id: parent?.id }]);
    await expect(harness.provider().release("offshoot/acme/shop/run-9", harness.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
  });
});
