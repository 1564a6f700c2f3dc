import { describe, expect, test } from "vitest";
import { isDatabase, planted, setStage, type Stage, wantedBy } from "../../../support/neon-stage.ts";

const NAME = "offshoot/acme/shop/run-1";
const acquired = async (stage: Stage) => isDatabase(await stage.provider().acquire(wantedBy("run-1"), stage.limits()));

describe("a release", () => {
  test("looks at the tag, deletes, and is done when Neon has accepted it", async () => {
    const stage = await setStage({ operationMs: 5000 });
    await acquired(stage);
    stage.clock.advance(5000);
    expect(await stage.provider().release(NAME, stage.limits())).toBe("deleted");
    expect(stage.calls().slice(-2)).toEqual(["GET /branches", "DELETE /branches/{branch_id}"]);
    expect(stage.names()).toEqual([]);
  });

  test("of what is missing, or is being deleted, is no failure", async () => {
    const stage = await setStage({ operationMs: 5000 });
    expect(await stage.provider().release(NAME, stage.limits())).toBe("already-gone");
    await acquired(stage);
    stage.clock.advance(5000);
    await stage.provider().release(NAME, stage.limits());
    expect(await stage.provider().release(NAME, stage.limits())).toBe("already-gone");
  });

  test.each([204, 404] as const)("of what went away after the look (%i) is no failure", async (deleteMissing) => {
    const stage = await setStage({ switches: { deleteMissing } });
    await acquired(stage);
    const [seen] = await stage.provider().list(stage.limits());
    await stage.provider().release(NAME, stage.limits());
    stage.clock.advance(1000);
    expect(await stage.provider().release(NAME, stage.limits(), seen)).toBe("already-gone");
  });

  test.each([200, 204, 404, 423] as const)("of two at once harms nobody (%i for the second)", async (deleteDeleting) => {
    const stage = await setStage({ operationMs: 2000, switches: { deleteDeleting } });
    await acquired(stage);
    stage.clock.advance(2000);
    const [seen] = await stage.provider().list(stage.limits());
    const both = await Promise.all([1, 2].map(() => stage.provider().release(NAME, stage.limits(), seen)));
    expect(both).toContain("deleted");
    expect(stage.names()).toEqual([]);
  });

  test("waits for operations that are in the way", async () => {
    const stage = await setStage({ operationMs: 4000, switches: { conflicts: "project" } });
    await acquired(stage);
    expect(await stage.provider().release(NAME, stage.limits())).toBe("deleted");
    expect(stage.events).toContainEqual(expect.objectContaining({ kind: "retry" }));
  });

  test("is sent again when its reply was lost", async () => {
    const stage = await setStage();
    await acquired(stage);
    stage.fault({ method: "DELETE", drop: "after" });
    expect(await stage.provider().release(NAME, stage.limits())).toBe("already-gone");
    expect(stage.names()).toEqual([]);
  });

  test("looks once more when the deletion had to wait", async () => {
    const stage = await setStage();
    await acquired(stage);
    const [seen] = await stage.provider().list(stage.limits());
    stage.fault({ method: "DELETE", status: 429, headers: { "retry-after": "20" } });
    const before = stage.calls().length;
    await stage.provider().release(NAME, stage.limits(), seen);
    expect(stage.calls().slice(before)).toEqual(["DELETE /branches/{branch_id}", "GET /branches", "DELETE /branches/{branch_id}"]);
  });

  test("with a look of seconds ago needs one call", async () => {
    const stage = await setStage();
    await acquired(stage);
    const [seen] = await stage.provider().list(stage.limits());
    const before = stage.calls().length;
    await stage.provider().release(NAME, stage.limits(), seen);
    expect(stage.calls().slice(before)).toEqual(["DELETE /branches/{branch_id}"]);
  });
});

describe("nothing is deleted", () => {
  test("without our tag", async () => {
    const stage = await setStage();
    stage.plant([{ name: NAME }]);
    await expect(stage.provider().release(NAME, stage.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
    expect(stage.names()).toEqual([NAME]);
  });

  test("that is protected, tag or not", async () => {
    const stage = await setStage();
    stage.plant([{ ...planted("run-1"), protected: true, expires_at: undefined }]);
    await expect(stage.provider().release(NAME, stage.limits())).rejects.toMatchObject({ code: "PROTECTED" });
    expect(stage.names()).toEqual([NAME]);
  });

  test("that is the configured parent", async () => {
    const stage = await setStage();
    stage.plant([planted("run-1")]);
    const provider = stage.provider({ choices: { parent: NAME } });
    await expect(provider.release(NAME, stage.limits())).rejects.toMatchObject({ code: "PROTECTED" });
  });

  test("from which something was branched: 422 is not success", async () => {
    const stage = await setStage();
    const [parent] = stage.plant([{ ...planted("run-1"), expires_at: undefined }]);
    stage.plant([{ name: "child", parent_id: parent?.id }]);
    await expect(stage.provider().release(NAME, stage.limits())).rejects.toMatchObject({
      code: "PROTECTED",
      message: expect.stringContaining("child"),
    });
    expect(stage.names()).toHaveLength(2);
  });

  test("by the default branch's name", async () => {
    const stage = await setStage();
    await expect(stage.provider().release("main", stage.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
  });
});

test("a parent goes once its children are gone for good", async () => {
  const stage = await setStage({ operationMs: 3000, switches: { deletingChildBlocks: true } });
  const [parent] = stage.plant([{ ...planted("run-1"), expires_at: undefined }]);
  stage.plant([{ ...planted("run-2"), parent_id: parent?.id }]);
  await stage.provider().release("offshoot/acme/shop/run-2", stage.limits());
  expect(await stage.provider().release(NAME, stage.limits())).toBe("deleted");
  expect(stage.names()).toEqual([]);
});
