import { describe, expect, test } from "vitest";
import { tagToRecord } from "../../../../src/identity/owner-tag.ts";
import { baseRequestFor, taggedBranch, createHarness, START, requestFor } from "../../../support/neon-harness.ts";

const HOUR = 3_600_000;

describe("the list of branches", () => {
  test("contains every branch under our prefix once, over all pages", async () => {
    const harness = await createHarness({ pageSize: 7 });
    harness.insert(Array.from({ length: 40 }, (_, index) => taggedBranch(`run-${index}`, { ageMs: index * 1000 })));
    harness.insert([{ name: "feature/x" }, { name: "offshoot/mine" }]);
    const listed = await harness.provider().list(harness.limits());
    expect(new Set(listed.map(({ name }) => name)).size).toBe(41);
    expect(listed.filter(({ kind }) => kind === "foreign").map(({ name }) => name)).toEqual(["offshoot/mine"]);
    expect(harness.calls().filter((call) => call === "GET /endpoints")).toHaveLength(1);
  });

  test("contains the reason why a branch must never be deleted", async () => {
    const harness = await createHarness();
    const [parent] = harness.insert([
      { ...taggedBranch("run-1"), expires_at: undefined },
      { ...taggedBranch("run-2"), protected: true, expires_at: undefined },
    ]);
    harness.insert([{ name: "feature/x", parent_id: parent?.id }]);
    const guards = (await harness.provider().list(harness.limits())).map(({ guarded }) => guarded);
    expect(new Set(guards)).toEqual(new Set(["feature/x was branched from it", "it is protected"]));
  });

  test("dates the last use of a base by its youngest child", async () => {
    const harness = await createHarness();
    const fingerprint = "ab".repeat(32);
    const { name, tag } = baseRequestFor(fingerprint);
    const [base] = harness.insert([{ name, annotation: tagToRecord(tag), age_ms: 30 * 24 * HOUR }]);
    harness.insert([taggedBranch("run-2", { ageMs: 2 * HOUR, parentId: base?.id })]);
    const listed = await harness.provider().list(harness.limits());
    expect(listed.find(({ kind }) => kind === "base")).toMatchObject({
      lastUsedAt: new Date(START - 2 * HOUR),
      parentId: expect.any(String),
      broken: false,
    });
    expect(listed.find(({ kind }) => kind === "run")).toMatchObject({ parentId: base?.id });
  });

  test("marks a branch as broken that Neon did not finish", async () => {
    const harness = await createHarness({ operationMs: 1e9 });
    await harness.provider().acquire(requestFor("run-1"), harness.limits());
    expect((await harness.provider().list(harness.limits()))[0]).toMatchObject({ broken: false });
    harness.clock.advance(HOUR);
    expect((await harness.provider().list(harness.limits()))[0]).toMatchObject({ broken: true });
  });
});
