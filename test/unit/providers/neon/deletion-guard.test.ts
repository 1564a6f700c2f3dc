import { describe, expect, test } from "vitest";
import { createHarness, taggedBranch } from "../../../support/neon-harness.ts";

const NAME = "offshoot/acme/shop/run-1";

describe("the deletion guard keeps", () => {
  test("a branch without the owner tag", async () => {
    const harness = await createHarness();
    harness.insert([{ name: NAME }]);
    await expect(harness.provider().release(NAME, harness.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
    expect(harness.names()).toEqual([NAME]);
  });

  test("a protected branch, even with the owner tag", async () => {
    const harness = await createHarness();
    harness.insert([{ ...taggedBranch("run-1"), protected: true, expires_at: undefined }]);
    await expect(harness.provider().release(NAME, harness.limits())).rejects.toMatchObject({ code: "PROTECTED" });
    expect(harness.names()).toEqual([NAME]);
  });

  test("the configured parent", async () => {
    const harness = await createHarness();
    harness.insert([taggedBranch("run-1")]);
    const provider = harness.provider({ choices: { parent: NAME } });
    await expect(provider.release(NAME, harness.limits())).rejects.toMatchObject({ code: "PROTECTED" });
  });

  test("a branch with a child, and throws an error that names the child", async () => {
    const harness = await createHarness();
    const [parent] = harness.insert([{ ...taggedBranch("run-1"), expires_at: undefined }]);
    harness.insert([{ name: "child", parent_id: parent?.id }]);
    await expect(harness.provider().release(NAME, harness.limits())).rejects.toMatchObject({
      code: "PROTECTED",
      message: expect.stringContaining("child"),
    });
    expect(harness.names()).toHaveLength(2);
  });

  test("the default branch", async () => {
    const harness = await createHarness();
    await expect(harness.provider().release("main", harness.limits())).rejects.toMatchObject({ code: "NOT_OURS" });
  });
});
