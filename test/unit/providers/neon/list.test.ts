import { describe, expect, test } from "vitest";
import { tagToRecord } from "../../../../src/identity/owner-tag.ts";
import { baseWanted, planted, setStage, START, wantedBy } from "../../../support/neon-stage.ts";

const HOUR = 3_600_000;

describe("the list", () => {
  test("has every page of what is under our prefix, each branch once", async () => {
    const stage = await setStage({ pageSize: 7 });
    stage.plant(Array.from({ length: 40 }, (_, index) => planted(`run-${index}`, { ageMs: index * 1000 })));
    stage.plant([{ name: "feature/x" }, { name: "offshoot/mine" }]);
    const listed = await stage.provider().list(stage.limits());
    expect(new Set(listed.map(({ name }) => name)).size).toBe(41);
    expect(listed.filter(({ kind }) => kind === "foreign").map(({ name }) => name)).toEqual(["offshoot/mine"]);
    expect(stage.calls().filter((call) => call === "GET /endpoints")).toHaveLength(1);
  });

  test("says why something may never go", async () => {
    const stage = await setStage();
    const [parent] = stage.plant([
      { ...planted("run-1"), expires_at: undefined },
      { ...planted("run-2"), protected: true, expires_at: undefined },
    ]);
    stage.plant([{ name: "feature/x", parent_id: parent?.id }]);
    const guards = (await stage.provider().list(stage.limits())).map(({ guarded }) => guarded);
    expect(new Set(guards)).toEqual(new Set(["feature/x was branched from it", "it is protected"]));
  });

  test("takes a base for used when something was branched from it", async () => {
    const stage = await setStage();
    const fingerprint = "ab".repeat(32);
    const { name, tag } = baseWanted(fingerprint);
    const [base] = stage.plant([{ name, annotation: tagToRecord(tag), age_ms: 30 * 24 * HOUR }]);
    stage.plant([planted("run-2", { ageMs: 2 * HOUR, parentId: base?.id })]);
    const listed = await stage.provider().list(stage.limits());
    expect(listed.find(({ kind }) => kind === "base")).toMatchObject({
      lastUsedAt: new Date(START - 2 * HOUR),
      parentId: expect.any(String),
      broken: false,
    });
    expect(listed.find(({ kind }) => kind === "run")).toMatchObject({ parentId: base?.id });
  });

  test("knows what was never finished", async () => {
    const stage = await setStage({ operationMs: 1e9 });
    await stage.provider().acquire(wantedBy("run-1"), stage.limits());
    expect((await stage.provider().list(stage.limits()))[0]).toMatchObject({ broken: false });
    stage.clock.advance(HOUR);
    expect((await stage.provider().list(stage.limits()))[0]).toMatchObject({ broken: true });
  });
});

describe("finding", () => {
  test("hands out what is there, and undefined for what is not or is not ours", async () => {
    const stage = await setStage();
    expect(await stage.provider().find("offshoot/acme/shop/run-1", stage.limits())).toBeUndefined();
    stage.plant([{ name: "offshoot/acme/shop/run-2" }]);
    expect(await stage.provider().find("offshoot/acme/shop/run-2", stage.limits())).toBeUndefined();
  });
});
