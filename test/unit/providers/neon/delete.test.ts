import { describe, expect, test } from "vitest";
import { createHarness, type NeonHarness, requestFor, requireDatabase, taggedBranch } from "../../../support/neon-harness.ts";

const NAME = "offshoot/acme/shop/run-1";
const DELETE = "DELETE /branches/{branch_id}";
const acquired = async (harness: NeonHarness) => requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));

describe("deleting a branch", () => {
  test("reads the tag first, and ends when Neon has accepted the deletion", async () => {
    const harness = await createHarness({ operationMs: 5000 });
    await acquired(harness);
    harness.clock.advance(5000);
    expect(await harness.provider().release(NAME, harness.limits())).toBe("deleted");
    expect(harness.calls().slice(-2)).toEqual(["GET /branches", DELETE]);
    expect(harness.names()).toEqual([]);
  });

  test("succeeds if the branch is missing or is already being deleted", async () => {
    const harness = await createHarness({ operationMs: 5000 });
    expect(await harness.provider().release(NAME, harness.limits())).toBe("not-found");
    await acquired(harness);
    harness.clock.advance(5000);
    await harness.provider().release(NAME, harness.limits());
    expect(await harness.provider().release(NAME, harness.limits())).toBe("not-found");
  });

  test.each([204, 404] as const)("succeeds if the branch was deleted after it was listed (status %i)", async (deleteMissing) => {
    const harness = await createHarness({ switches: { deleteMissing } });
    await acquired(harness);
    const [seen] = await harness.provider().list(harness.limits());
    await harness.provider().release(NAME, harness.limits());
    harness.clock.advance(1000);
    expect(await harness.provider().release(NAME, harness.limits(), { seen })).toBe("not-found");
  });

  test.each([200, 204, 404, 423] as const)("succeeds for two callers at once (status %i for the second)", async (deleteDeleting) => {
    const harness = await createHarness({ operationMs: 2000, switches: { deleteDeleting } });
    await acquired(harness);
    harness.clock.advance(2000);
    const [seen] = await harness.provider().list(harness.limits());
    const both = await Promise.all([1, 2].map(() => harness.provider().release(NAME, harness.limits(), { seen })));
    expect(both).toContain("deleted");
    expect(harness.names()).toEqual([]);
  });

  test("waits for conflicting operations", async () => {
    const harness = await createHarness({ operationMs: 4000, switches: { conflicts: "project" } });
    await acquired(harness);
    expect(await harness.provider().release(NAME, harness.limits())).toBe("deleted");
    expect(harness.events).toContainEqual(expect.objectContaining({ kind: "retry" }));
  });

  test("is sent again if its reply was lost", async () => {
    const harness = await createHarness();
    await acquired(harness);
    harness.fault({ method: "DELETE", drop: "after" });
    expect(await harness.provider().release(NAME, harness.limits())).toBe("deleted");
    expect(harness.names()).toEqual([]);
  });

  test.each([204, 404] as const)(
    "is reported if its reply was lost, also with the status %i for a missing branch",
    async (deleteMissing) => {
      const harness = await createHarness({ switches: { deleteMissing } });
      await acquired(harness);
      harness.fault({ method: "DELETE", status: 524, worked: true });
      expect(await harness.provider().release(NAME, harness.limits())).toBe("deleted");
      expect(await harness.provider().release(NAME, harness.limits())).toBe("not-found");
    },
  );

  test("reads the tag again after a long wait", async () => {
    const harness = await createHarness();
    await acquired(harness);
    const [seen] = await harness.provider().list(harness.limits());
    harness.fault({ method: "DELETE", status: 429, headers: { "retry-after": "20" } });
    const before = harness.calls().length;
    await harness.provider().release(NAME, harness.limits(), { seen });
    expect(harness.calls().slice(before)).toEqual([DELETE, "GET /branches", DELETE]);
  });

  test("needs one call if the branch was listed seconds ago", async () => {
    const harness = await createHarness();
    await acquired(harness);
    const [seen] = await harness.provider().list(harness.limits());
    const before = harness.calls().length;
    await harness.provider().release(NAME, harness.limits(), { seen });
    expect(harness.calls().slice(before)).toEqual([DELETE]);
  });

  test("waits until the children of the branch are deleted", async () => {
    const harness = await createHarness({ operationMs: 3000, switches: { deletingChildBlocks: true } });
    const [parent] = harness.insert([{ ...taggedBranch("run-1"), expires_at: undefined }]);
    harness.insert([{ ...taggedBranch("run-2"), parent_id: parent?.id }]);
    await harness.provider().release("offshoot/acme/shop/run-2", harness.limits());
    expect(await harness.provider().release(NAME, harness.limits())).toBe("deleted");
    expect(harness.names()).toEqual([]);
  });
});
