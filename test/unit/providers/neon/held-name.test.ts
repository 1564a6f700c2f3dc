import { describe, expect, test } from "vitest";
import { isNameOf } from "../../../../src/providers/neon/held-name.ts";
import { createHarness, type NeonHarness, requestFor, requireDatabase, START, taggedBranch } from "../../../support/neon-harness.ts";

const NAME = "offshoot/acme/shop/run-1";
const acquired = async (harness: NeonHarness) => requireDatabase(await harness.provider().acquire(requestFor("run-1"), harness.limits()));
const HELD = { softDelete: true, deletedNameBlocks: true };

/** A project in which a branch of the run was deleted, but can be recovered and keeps its name. */
async function heldProject(switches: Partial<NeonHarness["neon"]["switches"]> = {}): Promise<NeonHarness> {
  const harness = await createHarness({ operationMs: 100, switches: { ...HELD, hardDelete: "ignored", ...switches } });
  const first = await acquired(harness);
  await harness.provider().release(first.name, harness.limits());
  harness.clock.advance(5000);
  expect(harness.names()).toEqual([]);
  return harness;
}

describe("when a deleted branch holds the name of the run", () => {
  test("the run continues at once with a suffix, and all its jobs use that branch", async () => {
    const harness = await heldProject();
    const before = harness.clock.now();
    const all = await Promise.all(Array.from({ length: 5 }, () => acquired(harness)));
    expect(harness.events).toContainEqual({
      kind: "note",
      text: expect.stringMatching(
        /^A deleted branch that can be recovered in Neon still has the name offshoot\/acme\/shop\/run-1\. The name offshoot\/acme\/shop\/run-1\.[0-9a-f]{10} is used\.$/,
      ),
    });
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ origin }) => origin === "created")).toHaveLength(1);
    expect(harness.names()).toEqual([expect.stringMatching(/^offshoot\/acme\/shop\/run-1\.[0-9a-f]{10}$/)]);
    expect(harness.clock.now() - before).toBeLessThan(20_000);
    const provider = harness.provider();
    expect(await provider.find(NAME, harness.limits())).toMatchObject({ id: all[0]?.id, tag: { run: "run-1" } });
    expect(await provider.extend?.(NAME, 7_200_000, harness.limits())).toMatchObject({ id: all[0]?.id });
    expect(await provider.list(harness.limits())).toMatchObject([{ id: all[0]?.id, kind: "run" }]);
    expect(await provider.release(NAME, harness.limits())).toBe("deleted");
    expect(harness.names()).toEqual([]);
  });

  test("the next branches of the run get other suffixes, without more tries", async () => {
    const harness = await heldProject();
    const names = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const before = harness.calls().filter((call) => call === "POST /branches").length;
      names.add((await acquired(harness)).name);
      expect(harness.calls().filter((call) => call === "POST /branches").length - before).toBe(2);
      await harness.provider().release(NAME, harness.limits());
      harness.clock.advance(5000);
    }
    expect(names.size).toBe(3);
  });

  test("nothing of its data comes back", async () => {
    const harness = await heldProject();
    await acquired(harness);
    expect(harness.calls().some((call) => call.includes("recover"))).toBe(false);
  });

  test("an expired branch is followed by one with a suffix, too", async () => {
    const harness = await createHarness({ operationMs: 100, switches: HELD });
    const first = await acquired(harness);
    harness.clock.advance(3 * 3_600_000);
    await harness.provider().list(harness.limits());
    harness.clock.advance(5000);
    const wanted = requestFor("run-1", { at: harness.clock.now() });
    const second = requireDatabase(await harness.provider().acquire(wanted, harness.limits()));
    expect([second.origin, second.id === first.id]).toEqual(["created", false]);
  });

  test("an API that does not list deleted branches leads to an error that says why", async () => {
    const switches = { deletedNameBlocks: true, deletingVisible: false, conflicts: "never" } as const;
    const harness = await createHarness({ operationMs: 1e9, switches });
    await acquired(harness);
    await harness.provider().release(NAME, harness.limits());
    await expect(acquired(harness)).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: `Neon reported that the branch name ${NAME} is taken, but listed no branch with this name.`,
      meaning: "A deleted branch that can still be recovered may keep the name.",
      remedy: expect.stringContaining("--run"),
    });
  });
});

describe("a deletion", () => {
  test("is final where Neon has hard_delete, so that the name is free", async () => {
    const harness = await heldProject({ hardDelete: "supported" });
    expect((await acquired(harness)).name).toBe(NAME);
  });

  test("is repeated without hard_delete where Neon refuses that", async () => {
    const harness = await heldProject({ hardDelete: "refused" });
    expect(harness.calls().filter((call) => call.startsWith("DELETE"))).toHaveLength(2);
  });
});

test("of two live branches of a run, all jobs use the older one", async () => {
  const harness = await createHarness();
  const [older] = harness.insert([
    { ...taggedBranch("run-1", { ageMs: 60_000 }), name: `${NAME}.0123456789` },
    { ...taggedBranch("run-1", { now: START }) },
  ]);
  const database = await acquired(harness);
  expect(database).toMatchObject({ id: older?.id, origin: "adopted" });
  expect(harness.names()).toHaveLength(2);
});

test.each([
  [`${NAME}.0123456789`, NAME, true],
  [`${NAME}0`, NAME, false],
  [`${NAME}.012345678`, NAME, false],
  ["main.0123456789", "main", false],
  ["offshoot/base/abc.0123456789", "offshoot/base/abc", false],
])("%s is a name of %s: %s", (name, wanted, expected) => {
  expect(isNameOf(name, wanted)).toBe(expected);
});
