import { describe, expect, test } from "vitest";
import type { Switches } from "../../../../mocks/neon/switches.ts";
import type { StoredSnapshot } from "../../../../src/providers/snapshots.ts";
import { createHarness, type NeonHarness, requestFor, requireDatabase } from "../../../support/neon-harness.ts";

const NAME = "offshoot/acme/shop/run-1";

async function withRun(switches: Partial<Switches> = {}): Promise<NeonHarness> {
  const harness = await createHarness({ operationMs: 500, switches: { snapshotsOfChildren: true, ...switches } });
  requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
  harness.clock.advance(5000);
  return harness;
}

const snapshotsOf = (harness: NeonHarness) => {
  const { snapshots } = harness.provider();
  if (snapshots === undefined) throw new Error("no snapshots");
  return snapshots;
};
const create = (harness: NeonHarness, name = "before"): Promise<StoredSnapshot> =>
  snapshotsOf(harness).create(
    NAME,
    { name, expiresAt: new Date(harness.clock.now() + 3_600_000), force: false, check: () => {} },
    harness.limits(),
  );
const restore = async (harness: NeonHarness, stored: StoredSnapshot) =>
  snapshotsOf(harness).restore(NAME, stored, { check: () => {} }, harness.limits());
const project = (harness: NeonHarness) => harness.neon.state.projects.get(harness.neon.projectId);

const branches = (harness: NeonHarness) =>
  [...(project(harness)?.branches.values() ?? [])].filter(({ deletedAt, isDefault }) => deletedAt === undefined && !isDefault);

const branch = (harness: NeonHarness) => branches(harness).find(({ name }) => name === NAME);
const held = (harness: NeonHarness) => branches(harness).filter(({ name }) => name.startsWith(`${NAME}@snapshot.`));
const settle = (harness: NeonHarness): void => {
  harness.clock.advance(5000);
};

describe("a snapshot", () => {
  test("has an expiry and a mark of the run's branch, and is found by its mark only", async () => {
    const harness = await withRun();
    const stored = await create(harness);
    const [own] = [...(project(harness)?.snapshots.values() ?? [])];
    expect(own).toMatchObject({ name: expect.stringMatching(/^offshoot\/acme\/shop\/run-1@before\.[0-9a-f]{10}$/) });
    expect(own?.expiresAt).toBe(stored.expiresAt.getTime());
    if (own !== undefined) Object.assign(own, { name: "offshoot/acme/shop/run-1@before.0123456789" });
    expect(await snapshotsOf(harness).list(NAME, harness.limits())).toEqual([]);
    expect(await snapshotsOf(harness).remove(NAME, stored, harness.limits())).toBe("not-found");
    expect(project(harness)?.snapshots.size).toBe(1);
  });

  test.each([
    [
      "Neon takes it of root branches only",
      { snapshotsOfChildren: false },
      /stores no snapshot of the branch .*root branches/,
      "offshoot reset",
    ],
    [
      "the limit is reached",
      { snapshotLimit: 1 },
      /reached its limit of snapshots: snapshots limit exceeded/,
      "offshoot snapshot NAME --delete",
    ],
    ["the limit is reported without a code", { snapshotLimit: 1, errorCodes: false }, /reached its limit of snapshots/, "--delete"],
    ["Neon ignores the expiry", { snapshotExpiry: "ignored" }, /without an expiry, so it was deleted again/, "proxy"],
  ] as const)("is refused with words when %s", async (_, switches, message, remedy) => {
    const harness = await withRun(switches);
    if ("snapshotLimit" in switches) await create(harness, "first");
    await expect(create(harness)).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: expect.stringMatching(message),
      remedy: expect.stringContaining(remedy),
    });
    expect([...(project(harness)?.snapshots.values() ?? [])].filter(({ name }) => name.includes("@before"))).toEqual([]);
  });

  test.each([
    ["the reply is lost", { drop: "after" } as const],
    ["the request is lost", { drop: "before" } as const],
    ["the project is locked for a while", { status: 423, times: 3 }],
    ["Neon is busy", { status: 503, times: 2 }],
    ...[403, 423, 429, 503].map((status) => [`a proxy hides it (${status})`, { status, worked: true, html: "<html>" }] as const),
    ["a proxy keeps it back", { status: 503, html: "<html>", times: 2 }],
  ] as const)("is stored once when %s", async (_, fault) => {
    const harness = await withRun();
    harness.fault({ method: "POST", route: "*/snapshot", ...fault });
    expect(await create(harness)).toMatchObject({ name: "before" });
    expect(project(harness)?.snapshots.size).toBe(1);
  });

  test("that may exist is named with its expiry when the list fails after its reply was lost", async () => {
    const harness = await withRun();
    harness.fault({ method: "POST", route: "*/snapshot", status: 503, worked: true, html: "<html>" });
    harness.fault({ method: "GET", route: "*/snapshots", status: 503, html: "<html>", times: -1 });
    await expect(create(harness)).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
    expect(project(harness)?.snapshots.size).toBe(1);
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: expect.stringMatching(
        /^Neon may have created the snapshot offshoot\/acme\/shop\/run-1@before\.[0-9a-f]{10}, but its reply was lost\. If it exists, it expires at 2026-.*`npx offshoot down --run run-1` deletes it/,
      ),
    });
  });

  test("of a branch without a tag is refused without a request", async () => {
    const harness = await createHarness();
    harness.insert([{ name: NAME }]);
    await expect(create(harness)).rejects.toMatchObject({ code: "NOT_OURS", message: expect.stringContaining("was not stored") });
  });
});

describe("a restore", () => {
  test("keeps id, URL, tag and expiry, and its end deletes the branch of the snapshot too", async () => {
    const harness = await withRun();
    const before = await harness.provider().find(NAME, harness.limits());
    const restored = await restore(harness, await create(harness));
    settle(harness);
    expect(restored).toMatchObject({ id: before?.id, directUrl: before?.directUrl, tag: before?.tag });
    expect(branch(harness)).toMatchObject({ expiresAt: expect.any(Number), parentId: held(harness)[0]?.id });
    expect(held(harness)).toHaveLength(1);
    expect(harness.events).toContainEqual({
      kind: "note",
      text: expect.stringMatching(
        /Neon keeps the branch offshoot\/acme\/shop\/run-1@snapshot\.[0-9a-f]{10} as the parent .* `npx offshoot down --run run-1` deletes both/,
      ),
    });
    const again = requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
    expect(again).toMatchObject({ id: before?.id, origin: "adopted" });
    expect(await harness.provider().release(NAME, harness.limits(), { snapshots: true })).toBe("deleted");
    expect(branches(harness)).toEqual([]);
    expect(project(harness)?.snapshots.size).toBe(0);
  });

  test("works again and again, and leaves one branch for the snapshot that was restored last", async () => {
    const harness = await withRun();
    const [one, two] = [await create(harness), await create(harness, "later")];
    for (const stored of [one, one, two, one]) {
      expect(await restore(harness, stored)).toMatchObject({ name: NAME });
      settle(harness);
      expect(branches(harness)).toHaveLength(2);
    }
  });

  const LOST = { lost: { drop: "after" }, "hidden by a page of a proxy": { status: 503, worked: true, html: "<html>" } } as const;
  test.each([
    ["the branch of the snapshot", "lost", "*/snapshots/*/restore"],
    ["the branch of the snapshot", "hidden by a page of a proxy", "*/snapshots/*/restore"],
    ["the restored branch", "lost", "*/branches/*/restore"],
    ["the restored branch", "hidden by a page of a proxy", "*/branches/*/restore"],
  ] as const)("is done once when the reply about %s is %s", async (_, kind, route) => {
    const harness = await withRun();
    const stored = await create(harness);
    harness.fault({ method: "POST", route, ...LOST[kind] });
    const before = harness.calls().length;
    expect(await restore(harness, stored)).toMatchObject({ name: NAME });
    settle(harness);
    expect(branches(harness)).toHaveLength(2);
    expect(
      harness
        .calls()
        .slice(before)
        .filter((call) => call.startsWith("POST")),
    ).toHaveLength(2);
  });

  test("names the branch of the snapshot, which has no expiry, when it may exist and the search fails", async () => {
    const harness = await withRun();
    const stored = await create(harness);
    harness.fault({ method: "POST", route: "*/snapshots/*/restore", status: 429, worked: true, html: "<html>" });
    harness.fault({ method: "GET", route: "*/branches", status: 503, html: "<html>", skip: 1, times: -1 });
    await expect(restore(harness, stored)).rejects.toMatchObject({ code: "PROVIDER_OUTAGE" });
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: `Neon may have created the branch ${held(harness)[0]?.name}, but its reply was lost. It has no expiry: \`npx offshoot down --run run-1\` or \`offshoot sweep --yes\` deletes it.`,
    });
  });

  test("continues what a killed process left, and sweep deletes it if nobody continues", async () => {
    const harness = await withRun();
    const stored = await create(harness);
    harness.fault({ method: "POST", route: "*/branches/*/restore", status: 400, message: "killed here" });
    await expect(restore(harness, stored)).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
    expect(held(harness)).toHaveLength(1);
    const broken = async () => (await harness.provider().list(harness.limits())).filter((listed) => listed.broken).map(({ name }) => name);
    expect(await broken()).toEqual([]);
    harness.clock.advance(31 * 60_000);
    expect(await broken()).toEqual([held(harness)[0]?.name]);
    expect(await restore(harness, stored)).toMatchObject({ name: NAME });
    expect(await broken()).toEqual([]);
  });

  test("leaves a branch that sweep deletes when Neon itself has deleted the run's branch", async () => {
    const harness = await withRun();
    await restore(harness, await create(harness));
    harness.clock.advance(3 * 3_600_000);
    const listed = await harness.provider().list(harness.limits());
    expect(listed).toEqual([expect.objectContaining({ name: held(harness)[0]?.name, broken: true, guarded: undefined })]);
    expect(await harness.provider().release(listed[0]?.name ?? "", harness.limits(), { seen: listed[0] })).toBe("deleted");
  });

  test("is followed by a reset to the parent of the settings, which deletes the branch of the snapshot", async () => {
    const harness = await withRun();
    await restore(harness, await create(harness));
    settle(harness);
    await harness.provider().reset?.(NAME, { fingerprint: undefined }, harness.limits());
    settle(harness);
    const main = [...(project(harness)?.branches.values() ?? [])].find(({ isDefault }) => isDefault);
    expect(branches(harness)).toEqual([expect.objectContaining({ name: NAME, parentId: main?.id })]);
  });

  test("of a branch without its parent's data is not followed by a reset, which would copy that data", async () => {
    const harness = await withRun();
    await restore(harness, await create(harness));
    settle(harness);
    const reset = harness.provider({ choices: { schemaOnly: true } }).reset?.(NAME, { fingerprint: undefined }, harness.limits());
    await expect(reset).rejects.toMatchObject({ code: "PROVIDER_REJECTED", message: expect.stringContaining("no parent branch") });
  });

  test("of a branch with a child names the child, and leaves no further branch", async () => {
    const harness = await withRun();
    const stored = await create(harness);
    harness.insert([{ name: "feature/of-ada", parent_id: branch(harness)?.id }]);
    await expect(restore(harness, stored)).rejects.toMatchObject({
      code: "PROTECTED",
      message: expect.stringContaining("was not restored: feature/of-ada was branched from it"),
    });
    settle(harness);
    expect(held(harness)).toEqual([]);
    expect(branch(harness)?.lastResetAt).toBeUndefined();
  });

  test("at the limit of root branches changes nothing, and says what to do", async () => {
    const harness = await withRun();
    const stored = await create(harness);
    Object.assign(harness.neon, { rootBranchLimit: 1 });
    await expect(restore(harness, stored)).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      meaning: expect.stringContaining("one more root branch"),
      remedy: expect.stringContaining("offshoot sweep --yes"),
    });
    expect(branch(harness)?.lastResetAt).toBeUndefined();
  });

  test.each(["protected", "default"])("of a %s branch is refused without a request", async (kind) => {
    const harness = await withRun();
    const stored = await create(harness);
    for (const each of branches(harness)) Object.assign(each, kind === "protected" ? { isProtected: true } : { isDefault: true });
    await expect(restore(harness, stored)).rejects.toMatchObject({
      code: "PROTECTED",
      message: expect.stringContaining("was not restored"),
    });
    expect(harness.calls().filter((call) => call.includes("/restore"))).toEqual([]);
  });

  test("takes no branch of a person for one of offshoot, whatever its name and its snapshot", async () => {
    const harness = await withRun();
    harness.insert([{ name: `${NAME}@snapshot.0123456789` }]);
    const [made] = held(harness);
    if (made !== undefined) Object.assign(made.features, { restoredFrom: "snap-by-hand", restoreStatus: "restored" });
    const listed = await harness.provider().list(harness.limits());
    expect(listed.find(({ id }) => id === made?.id)).toMatchObject({ kind: "foreign", tag: undefined });
    await harness.provider().release(NAME, harness.limits());
    expect(held(harness)).toHaveLength(1);
  });
});
