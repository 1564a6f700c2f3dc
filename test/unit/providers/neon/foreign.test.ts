import { describe, expect, test } from "vitest";
import { setState } from "../../../../mocks/neon/endpoint.ts";
import { theProject } from "../../../../mocks/neon/neon.ts";
import type { Listed, OtherBranches } from "../../../../src/providers/provider.ts";
import { createHarness, type NeonHarness, START, taggedBranch } from "../../../support/neon-harness.ts";

const DAY = 86_400_000;

async function project(branches: readonly Record<string, unknown>[]) {
  const harness: NeonHarness = await createHarness({ switches: { softDelete: true } });
  harness.insert(branches);
  const { others } = harness.provider();
  if (others === undefined) throw new Error("no others");
  const listed = async (name: string): Promise<Listed> => {
    const found = (await others.list(harness.limits())).find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is not listed`);
    return found;
  };
  const change = (name: string, fields: object): void => {
    for (const branch of theProject(harness.neon).branches.values()) if (branch.name === name) Object.assign(branch, fields);
  };
  return { harness, others: others satisfies OtherBranches, listed, change };
}

describe("the branches of other tools", () => {
  test("are listed with why they must never be deleted", async () => {
    const { harness, others, listed } = await project([
      { name: "preview/pr-1" },
      { name: "preview/pr-2", protected: true },
      { name: "preview/pr-3", annotation: { "vercel-commit-ref": "main" } },
      taggedBranch("run-1"),
    ]);
    const all = await others.list(harness.limits());
    expect(all.map(({ name, guarded }) => [name, guarded]).toSorted(([one = ""], [other = ""]) => (one < other ? -1 : 1))).toEqual([
      ["main", "it is a root branch"],
      ["offshoot/acme/shop/run-1", undefined],
      ["preview/pr-1", undefined],
      ["preview/pr-2", "it is protected"],
      ["preview/pr-3", "it belongs to the integration Vercel, which deletes it itself"],
    ]);
    expect((await listed("preview/pr-1")).lastUsedAt).toBeUndefined();
    const parent = await harness.provider({ choices: { parent: "preview/pr-1" } }).others?.list(harness.limits());
    expect(parent?.find(({ name }) => name === "preview/pr-1")?.guarded).toBe("it is the parent of new branches");
  });

  test("count as in use while their compute runs", async () => {
    const { harness, listed } = await project([{ name: "preview/pr-1" }, { name: "preview/pr-2" }]);
    const [endpoint] = theProject(harness.neon).endpoints.values();
    if (endpoint === undefined) throw new Error("no compute");
    Object.assign(endpoint, { branchId: (await listed("preview/pr-1")).id, suspendTimeoutSeconds: -1 });
    setState(harness.neon, endpoint, "idle");
    harness.clock.advance(3_600_000);
    const lastUsed = (await listed("preview/pr-1")).lastUsedAt?.getTime() ?? 0;
    expect(harness.clock.now() - lastUsed).toBeGreaterThanOrEqual(3_600_000);
    setState(harness.neon, endpoint, "active");
    // A list of some seconds ago would be used again.
    harness.clock.advance(10_000);
    expect((await listed("preview/pr-1")).lastUsedAt?.getTime()).toBeGreaterThan(harness.clock.now() - 1000);
    expect((await listed("preview/pr-2")).lastUsedAt).toBeUndefined();
  });

  test("are deleted by their id, and stay recoverable", async () => {
    const { harness, others, listed } = await project([{ name: "preview/pr-1" }]);
    const branch = await listed("preview/pr-1");
    expect(await others.remove(branch, harness.limits())).toBe("deleted");
    harness.clock.advance(60_000);
    await others.list(harness.limits());
    expect(harness.names()).toEqual([]);
    expect(theProject(harness.neon).branches.get(branch.id)).toMatchObject({ isDeleted: true });
  });

  test.each([
    ["was renamed", { name: "production-copy" }, "its name is production-copy now"],
    ["was protected", { isProtected: true }, "it is protected"],
    ["became the default branch", { isDefault: true }, "default branch"],
    ["was claimed by an integration", { annotation: { value: { "vercel-commit-ref": "x" }, createdAt: START } }, "integration Vercel"],
  ])("are kept if one %s since it was listed", async (_, fields, why) => {
    const { harness, others, listed, change } = await project([{ name: "preview/pr-1" }]);
    const branch = await listed("preview/pr-1");
    change("preview/pr-1", fields);
    const refused = { code: "PROTECTED", message: expect.stringContaining(why) };
    await expect(others.remove(branch, harness.limits())).rejects.toMatchObject(refused);
    await expect(others.expire(branch, new Date(START + DAY), harness.limits())).rejects.toMatchObject(refused);
    expect(theProject(harness.neon).branches.get(branch.id)).toMatchObject({ deletedAt: undefined, expiresAt: undefined });
  });

  test("are kept if one got a child since it was listed", async () => {
    const { harness, others, listed } = await project([{ name: "preview/pr-1" }]);
    const branch = await listed("preview/pr-1");
    harness.insert([{ name: "child", parent_id: branch.id }]);
    await expect(others.remove(branch, harness.limits())).rejects.toMatchObject({ code: "PROTECTED" });
  });

  test("get an expiry", async () => {
    const { harness, others, listed } = await project([{ name: "preview/pr-1" }]);
    const at = new Date(START + 2 * DAY);
    expect(await others.expire(await listed("preview/pr-1"), at, harness.limits())).toEqual(at);
  });
});
