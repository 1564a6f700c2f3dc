import { describe, expect, test } from "vitest";
import { planted, setStage, type Stage, wantedBy } from "../../../support/neon-stage.ts";

const asked = (stage: Stage, options: Parameters<Stage["provider"]>[0] = {}) =>
  stage.provider(options).acquire(wantedBy("run-1"), stage.limits());

describe("Neon is passed over", () => {
  test.each([
    ["no-key", { apiKey: undefined }],
    ["no-key", { apiKey: "  " }],
    ["no-project", { project: "" }],
  ])("with %s, which is known without a call", async (code, options) => {
    const stage = await setStage();
    expect(await asked(stage, options)).toMatchObject({ kind: "refusal", provider: "neon", code, mayFallBack: true });
    expect(await stage.provider(options).refuse(stage.limits())).toMatchObject({ code });
    expect(await stage.provider(options).find("offshoot/acme/shop/run-1", stage.limits())).toBeUndefined();
    expect(await stage.provider(options).list(stage.limits())).toEqual([]);
    expect(stage.calls()).toEqual([]);
  });

  test("for a key that is a placeholder, where the CI says that it keeps its secrets", async () => {
    const stage = await setStage();
    const options = { apiKey: "placeholder", secretsWithheld: true };
    expect(await asked(stage, options)).toMatchObject({ kind: "refusal", code: "key-unusable", mayFallBack: true });
    expect(await stage.provider(options).find("offshoot/acme/shop/run-1", stage.limits())).toBeUndefined();
    expect(await stage.provider(options).release("offshoot/acme/shop/run-1", stage.limits())).toBe("already-gone");
    expect(await stage.provider(options).list(stage.limits())).toEqual([]);
  });

  test("but a rejected key is an error everywhere else, and isn't shown", async () => {
    const stage = await setStage();
    const failure: unknown = await asked(stage, { apiKey: "wrong-key-of-somebody" }).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "PROVIDER_REJECTED", remedy: expect.stringContaining("NEON_API_KEY") });
    expect(JSON.stringify(failure) + String((failure as Error).stack)).not.toContain("wrong-key");
  });

  test("for an outage that outlasts the retries, with nothing created", async () => {
    const stage = await setStage();
    stage.fault({ status: 503, message: "unavailable", times: -1 });
    expect(await asked(stage)).toMatchObject({ kind: "refusal", code: "outage", mayFallBack: true });
    expect(stage.names()).toEqual([]);
    // Time is left for the next candidate.
    expect(stage.clock.now() - Date.parse("2026-11-01T12:00:00Z")).toBeLessThan(150_000);
  });

  test("for a Neon that fails on every create and shows nothing of it", async () => {
    const stage = await setStage();
    stage.fault({ method: "POST", status: 500, times: -1 });
    expect(await asked(stage)).toMatchObject({ kind: "refusal", code: "outage" });
    expect(stage.events.filter(({ kind }) => kind === "warning")).toEqual([]);
  });

  test("with a warning that names the branch, where nobody can tell whether it was created", async () => {
    const stage = await setStage();
    stage.fault({ method: "POST", drop: "after" });
    stage.fault({ method: "GET", status: 500, times: -1 });
    expect(await asked(stage)).toMatchObject({ kind: "refusal", code: "outage" });
    expect(stage.events).toContainEqual({ kind: "warning", text: expect.stringMatching(/offshoot\/acme\/shop\/run-1.*offshoot down/) });
  });
});

describe("at the branch limit", () => {
  test("room is made once by what of ours has expired", async () => {
    const stage = await setStage({ branchLimit: 3, switches: { reapLagMs: 1e9 } });
    stage.plant([planted("old", { ageMs: 86_400_000, expiresInMs: -3_600_000 }), { name: "somebody's" }]);
    expect(await asked(stage)).toMatchObject({ kind: "database", origin: "created" });
    expect(stage.names().toSorted()).toEqual(["offshoot/acme/shop/run-1", "somebody's"]);
  });

  test("Neon is passed over where nothing may go", async () => {
    const stage = await setStage({ branchLimit: 3 });
    stage.plant([planted("young"), { name: "offshoot/somebody's" }]);
    expect(await asked(stage)).toMatchObject({ kind: "refusal", code: "branch-limit", mayFallBack: true });
    expect(stage.names()).toHaveLength(2);
  });

  test("a sibling's branch is adopted, whatever Neon checks first", async () => {
    const stage = await setStage({ branchLimit: 2, switches: { limitBeforeName: true } });
    await asked(stage);
    expect(await asked(stage)).toMatchObject({ kind: "database", origin: "adopted" });
  });

  test("the limit of root branches has a code of its own", async () => {
    const stage = await setStage({ rootBranchLimit: 1 });
    expect(await asked(stage, { choices: { schemaOnly: true } })).toMatchObject({ code: "root-branch-limit" });
  });
});

describe("what is no reason to fall back", () => {
  test.each([404, 403] as const)("an unknown project (%i) is an error", async (status) => {
    const stage = await setStage({ switches: { unknownProjectStatus: status } });
    const failure = asked(stage, { project: "no-such-project-1" });
    await expect(failure).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  });

  test("an unknown project is told with those that the key sees", async () => {
    const stage = await setStage();
    await expect(asked(stage, { project: "no-such-project-1" })).rejects.toMatchObject({
      meaning: expect.stringContaining(stage.neon.projectId),
    });
  });

  test.each([["mian"], ["br-no-such-branch1"]])("an unknown parent (%s) is told with the branches there are", async (parent) => {
    const stage = await setStage();
    await expect(asked(stage, { choices: { parent } })).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      meaning: expect.stringContaining("main"),
    });
  });

  test("a parent that expires can't be started from", async () => {
    const stage = await setStage();
    const [parent] = stage.plant([planted("short-lived")]);
    await expect(asked(stage, { choices: { parent: parent?.id ?? "" } })).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  });

  test("a point outside of the history is an error", async () => {
    const stage = await setStage();
    await expect(asked(stage, { choices: { parentAt: "2020-01-01T00:00:00Z" } })).rejects.toMatchObject({ code: "PROVIDER_REJECTED" });
  });
});
