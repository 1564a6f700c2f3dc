import { describe, expect, test } from "vitest";
import type { Reached, Where } from "../../../../src/providers/provider.ts";
import { planted, setStage, type Stage, START, wantedBy } from "../../../support/neon-stage.ts";

const PARENT: Where = { branch: undefined, at: undefined };
const COPY = wantedBy("copy");

type Choices = Parameters<Stage["provider"]>[0];

async function reached(stage: Stage, where: Where, options: Choices = {}): Promise<Reached> {
  const answer = await stage.provider(options).reach?.(where, COPY, stage.limits());
  if (answer?.kind !== "reached") throw new Error(`refused: ${answer?.text}`);
  return answer;
}

const project = (stage: Stage) => stage.neon.state.projects.get(stage.neon.projectId);
const branches = (stage: Stage) => [...(project(stage)?.branches.values() ?? [])];
const endpoints = (stage: Stage) => [...(project(stage)?.endpoints.values() ?? [])];

/** A copy, looked at before it is removed. */
async function copied(stage: Stage, where: Where, options: Choices = {}) {
  const database = await reached(stage, where, options);
  const copy = branches(stage).find(({ name, deletedAt }) => name === COPY.name && deletedAt === undefined);
  expect(copy).toMatchObject({ expiresAt: COPY.expiresAt?.getTime(), annotation: { value: { "offshoot-tool": "offshoot" } } });
  expect(new URL(database.url).hostname).toBe(endpoints(stage).find(({ branchId }) => branchId === copy?.id)?.host);
  await database[Symbol.asyncDispose]();
  expect(stage.names()).not.toContain(COPY.name);
  return copy;
}

const deaf = async (): Promise<number> => Promise.reject(new Error("no such server"));

describe("a branch with a compute", () => {
  test("is read over its own address, and nothing is made, changed or removed", async () => {
    const stage = await setStage();
    const database = await reached(stage, PARENT);
    const [main] = branches(stage);
    expect(new URL(database.url).hostname).toBe(endpoints(stage).find(({ branchId }) => branchId === main?.id)?.host);
    expect(database.description).toBe("Neon branch main");
    await database[Symbol.asyncDispose]();
    expect(stage.calls().filter((call) => !call.startsWith("GET "))).toEqual([]);
    expect(branches(stage)).toHaveLength(1);
  });

  test("is found by name or by id, and by no part of either", async () => {
    const stage = await setStage();
    const [main] = branches(stage);
    expect((await reached(stage, { branch: "main", at: undefined })).description).toBe("Neon branch main");
    expect((await reached(stage, { branch: main?.id, at: undefined })).description).toBe("Neon branch main");
    await expect(reached(stage, { branch: "mai", at: undefined })).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: "The Neon project has no branch mai; did you mean main?",
      meaning: "It has main.",
    });
  });

  test("is the configured parent where no other is named", async () => {
    const stage = await setStage();
    stage.plant([{ name: "staging" }]);
    const database = await reached(stage, PARENT, { choices: { parent: "staging" } });
    expect(database.description).toBe("Neon branch staging");
    await expect(reached(stage, PARENT, { choices: { parent: "stagin" } })).rejects.toThrow("did you mean staging?");
  });

  test("keeps its error where the role or the database is what is missing", async () => {
    const stage = await setStage();
    await expect(reached(stage, PARENT, { choices: { database: "neondb", role: "nobody" } })).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
    });
    expect(branches(stage)).toHaveLength(1);
  });
});

describe("a copy of our own, tagged and expiring, is made and removed", () => {
  const at = new Date(START - 60_000).toISOString();

  test("for a time and for an LSN", async () => {
    const stage = await setStage();
    expect(await copied(stage, { branch: "main", at })).toMatchObject({ parentTimestamp: at });
    expect(await copied(stage, { branch: "main", at: "0/1A2B3C4D" })).toMatchObject({ parentLsn: "0/1A2B3C4D" });
  });

  test("for the past state that runs start from", async () => {
    const stage = await setStage();
    expect(await copied(stage, PARENT, { choices: { parentAt: at } })).toMatchObject({ parentTimestamp: at });
    expect((await reached(stage, PARENT, { choices: { parentAt: at } })).description).toBe(`Neon branch main at ${at}`);
  });

  test("for a branch without a compute, which gets none", async () => {
    const stage = await setStage();
    const [idle] = stage.plant([{ name: "idle" }]);
    expect(await copied(stage, { branch: "idle", at: undefined })).toMatchObject({ parentId: idle?.id });
    expect(endpoints(stage).filter(({ branchId }) => branchId === idle?.id)).toEqual([]);
    expect(stage.calls()).not.toContain("POST /endpoints");
  });

  test("with all of the branch's data, whatever runs get", async () => {
    const stage = await setStage();
    const database = await reached(stage, { branch: "main", at }, { choices: { schemaOnly: true, anonymized: true } });
    expect(branches(stage).find(({ name }) => name === COPY.name)).toMatchObject({ initSource: "parent-data" });
    await database[Symbol.asyncDispose]();
  });

  test("also where it never answered", async () => {
    const stage = await setStage();
    await expect(reached(stage, { branch: "main", at }, { world: { probe: deaf } })).rejects.toThrow("no such server");
    expect(stage.names()).toEqual([]);
  });

  test("and is named where it can't be removed, without losing what was read", async () => {
    const stage = await setStage();
    const database = await reached(stage, { branch: "main", at });
    stage.fault({ method: "DELETE", status: 400, times: -1 });
    await database[Symbol.asyncDispose]();
    expect(stage.events).toContainEqual({
      kind: "warning",
      text: expect.stringContaining(`${COPY.name} could not be removed, and expires`),
    });
  });
});

test("a full project refuses the copy, and nothing of ours is removed to make room", async () => {
  const stage = await setStage({ branchLimit: 2 });
  const [expired] = stage.plant([planted("expired", { ageMs: 10_000_000, expiresInMs: -1_000 })]);
  const answer = await stage.provider().reach?.({ branch: "main", at: "0/1A" }, COPY, stage.limits());
  expect(answer).toMatchObject({ kind: "refusal", code: "branch-limit" });
  expect(stage.names()).toEqual([expired?.name]);
});

test("without a key or a project it is refused, and nothing is asked", async () => {
  const stage = await setStage();
  expect(await stage.provider({ apiKey: undefined }).reach?.(PARENT, COPY, stage.limits())).toMatchObject({ code: "no-key" });
  expect(stage.calls()).toEqual([]);
});
