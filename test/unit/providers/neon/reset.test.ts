import { describe, expect, test } from "vitest";
import { type NeonHarness, createHarness, requestFor, requireDatabase, taggedBranch } from "../../../support/neon-harness.ts";
import type { NeonChoices } from "../../../../src/providers/neon/options.ts";

const NAME = "offshoot/acme/shop/run-1";
const RESTORE = "POST /branches/{branch_id}/restore";

const acquired = async (harness: NeonHarness, choices: Partial<NeonChoices> = {}) =>
  requireDatabase(await harness.provider({ choices }).acquire(requestFor("run-1"), harness.limits()));
const reset = (harness: NeonHarness, choices: Partial<NeonChoices> = {}, name = NAME) =>
  harness.provider({ choices }).reset?.(name, { fingerprint: undefined }, harness.limits());
const resetsOf = (harness: NeonHarness): number => harness.calls().filter((call) => call === RESTORE).length;
const branchOf = (harness: NeonHarness) =>
  [...(harness.neon.state.projects.get(harness.neon.projectId)?.branches.values() ?? [])].find(({ name }) => name === NAME);

describe("a reset", () => {
  test("asks for the parent's state once, waits for its operations, and keeps id, URL, tag and compute", async () => {
    const harness = await createHarness({ operationMs: 3000 });
    const first = await acquired(harness);
    harness.clock.advance(10_000);
    const before = harness.calls().length;
    const fresh = await reset(harness);
    expect(fresh).toMatchObject({ id: first.id, name: NAME, directUrl: first.directUrl, tag: first.tag });
    const calls = harness.calls().slice(before);
    expect(calls.slice(0, 2)).toEqual(["GET /branches", RESTORE]);
    expect(calls.filter((call) => call !== "GET /operations/{operation_id}")).toEqual(["GET /branches", RESTORE, "GET /connection_uri"]);
    expect(harness.clock.now()).toBeGreaterThanOrEqual((branchOf(harness)?.lastResetAt ?? 0) + 3000);
  });

  test("uses the past state of the settings, from which the branch started", async () => {
    const harness = await createHarness();
    const choices = { parentAt: "2026-11-01T10:00:00Z" };
    await acquired(harness, choices);
    harness.clock.advance(5000);
    const sent: unknown[] = [];
    const adapter = async (config: { readonly url?: string; readonly data?: string }) => {
      if (config.url?.endsWith("/restore")) sent.push(JSON.parse(config.data ?? "{}"));
      return harness.adapter(config);
    };
    const provider = harness.provider({ choices, dependencies: { adapter: adapter as never } });
    expect(await provider.reset?.(NAME, { fingerprint: undefined }, harness.limits())).toMatchObject({ name: NAME });
    expect(sent).toEqual([{ source_branch_id: branchOf(harness)?.parentId, source_timestamp: "2026-11-01T10:00:00Z" }]);
  });

  test.each([0, 403, 423, 429, 503, 524])(
    "is not sent again when the reply was lost after the work, or is one of a proxy (%i)",
    async (status) => {
      const harness = await createHarness({ operationMs: 1000 });
      await acquired(harness);
      harness.clock.advance(5000);
      harness.fault({
        method: "POST",
        route: "*/restore",
        ...(status === 0 ? { drop: "after" } : { status, worked: true, html: "<html>" }),
      });
      expect(await reset(harness)).toMatchObject({ name: NAME });
      expect(resetsOf(harness)).toBe(1);
      expect(branchOf(harness)?.pendingState).toBeUndefined();
    },
  );

  test("is sent again when the request was lost before the work, and while the project is locked", async () => {
    const harness = await createHarness();
    await acquired(harness);
    harness.clock.advance(5000);
    harness.fault({ method: "POST", route: "*/restore", drop: "before" });
    harness.fault({
      method: "POST",
      route: "*/restore",
      status: 423,
      times: 3,
      message: "project already has running conflicting operations",
    });
    expect(await reset(harness)).toMatchObject({ name: NAME });
    expect(branchOf(harness)?.lastResetAt).toBeDefined();
  });

  test("of a branch with a child names the child, and changes nothing", async () => {
    const harness = await createHarness();
    const { id } = await acquired(harness);
    harness.insert([taggedBranch("copy", { parentId: id })]);
    harness.clock.advance(5000);
    await expect(reset(harness)).rejects.toMatchObject({
      code: "PROTECTED",
      message: expect.stringContaining("was not reset: offshoot/acme/shop/copy was branched from it"),
      remedy: "Delete the branch offshoot/acme/shop/copy first.",
    });
    expect(branchOf(harness)?.lastResetAt).toBeUndefined();
  });

  test.each([
    ["a protected branch", { protected: true }, "it is protected"],
    ["the configured parent", { parent: NAME }, "it is the parent of new branches"],
  ])("of %s is refused without a request", async (_, { parent, ...branch }: { parent?: string; protected?: boolean }, why) => {
    const harness = await createHarness();
    harness.insert([{ ...taggedBranch("run-1"), ...branch, expires_at: undefined }]);
    const refused = reset(harness, parent === undefined ? {} : { parent });
    await expect(refused).rejects.toMatchObject({ code: "PROTECTED", message: expect.stringContaining(`was not reset: ${why}.`) });
    expect(resetsOf(harness)).toBe(0);
  });

  test("of the default branch is refused without a request, even with a name and a tag of offshoot", async () => {
    const harness = await createHarness();
    harness.insert([{ ...taggedBranch("run-1"), expires_at: undefined }]);
    for (const branch of harness.neon.state.projects.get(harness.neon.projectId)?.branches.values() ?? [])
      branch.isDefault = branch.name === NAME;
    await expect(reset(harness)).rejects.toMatchObject({ code: "PROTECTED", message: expect.stringContaining("default branch") });
    expect(resetsOf(harness)).toBe(0);
  });

  test("of a branch without a tag is refused without a request", async () => {
    const harness = await createHarness();
    harness.insert([{ name: NAME }]);
    await expect(reset(harness)).rejects.toMatchObject({ code: "NOT_OURS", message: expect.stringContaining("was not reset") });
    expect(resetsOf(harness)).toBe(0);
  });

  test("of a schema-only branch, which has no parent, names the way to a new one", async () => {
    const harness = await createHarness();
    await acquired(harness, { schemaOnly: true });
    harness.clock.advance(5000);
    await expect(reset(harness)).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: expect.stringContaining("it has no parent branch"),
      remedy: "Use `offshoot down` and then `offshoot up` to get a new branch.",
    });
  });

  test("of a branch with masked data is refused, because its data would be copied without the masks", async () => {
    const harness = await createHarness();
    await acquired(harness, { anonymized: true });
    harness.clock.advance(5000);
    await expect(reset(harness)).rejects.toMatchObject({ code: "PROVIDER_REJECTED", message: expect.stringContaining("masked data") });
    expect(resetsOf(harness)).toBe(0);
  });

  test("fails with the operation that failed", async () => {
    const harness = await createHarness({ operationMs: 100 });
    await acquired(harness);
    harness.clock.advance(5000);
    harness.neon.state.operationFaults?.push?.({ action: "apply_config", status: "error", times: 1 } as never);
    await expect(reset(harness)).rejects.toMatchObject({ code: "PROVIDER_REJECTED", facts: { action: "apply_config", status: "error" } });
  });

  test("that is cancelled after its request reports that Neon may continue it", async () => {
    const harness = await createHarness({ operationMs: 60_000 });
    await acquired(harness);
    harness.clock.advance(100_000);
    await expect(harness.provider().reset?.(NAME, { fingerprint: undefined }, harness.limits(10_000))).rejects.toMatchObject({
      code: "TIMED_OUT",
    });
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: expect.stringContaining("Neon may still replace the contents of the branch"),
    });
  });

  test("whose reply is lost in an outage reports that Neon may continue it", async () => {
    const harness = await createHarness();
    await acquired(harness);
    harness.clock.advance(5000);
    harness.fault({ method: "POST", route: "*/restore", status: 503, worked: true, html: "<html>" });
    harness.fault({ method: "GET", route: "*/branches/br-*", status: 503, html: "<html>", times: -1 });
    await expect(reset(harness)).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: expect.stringContaining("Neon may still replace the contents of the branch"),
    });
  });

  test("of a run without a branch finds none", async () => {
    const harness = await createHarness();
    expect(await reset(harness)).toBeUndefined();
  });
});
