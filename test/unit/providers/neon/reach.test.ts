import { describe, expect, test } from "vitest";
import type { ReadableDatabase, ReadTarget } from "../../../../src/providers/provider.ts";
import { taggedBranch, createHarness, type NeonHarness, START, requestFor } from "../../../support/neon-harness.ts";

const PARENT: ReadTarget = { branch: undefined, at: undefined };
const COPY = requestFor("copy");

type Choices = Parameters<NeonHarness["provider"]>[0];

async function reached(harness: NeonHarness, where: ReadTarget, options: Choices = {}): Promise<ReadableDatabase> {
  const answer = await harness.provider(options).reach?.(where, COPY, harness.limits());
  if (answer?.kind !== "reached") throw new Error(`Refused: ${answer?.text}`);
  return answer;
}

const project = (harness: NeonHarness) => harness.neon.state.projects.get(harness.neon.projectId);
const branches = (harness: NeonHarness) => [...(project(harness)?.branches.values() ?? [])];
const endpoints = (harness: NeonHarness) => [...(project(harness)?.endpoints.values() ?? [])];

/** The copy of a branch, read before it is deleted. */
async function copied(harness: NeonHarness, where: ReadTarget, options: Choices = {}) {
  const database = await reached(harness, where, options);
  const copy = branches(harness).find(({ name, deletedAt }) => name === COPY.name && deletedAt === undefined);
  expect(copy).toMatchObject({ expiresAt: COPY.expiresAt?.getTime(), annotation: { value: { "offshoot-tool": "offshoot" } } });
  expect(new URL(database.url).hostname).toBe(endpoints(harness).find(({ branchId }) => branchId === copy?.id)?.host);
  await database[Symbol.asyncDispose]();
  expect(harness.names()).not.toContain(COPY.name);
  return copy;
}

const noAnswer = async (): Promise<number> => Promise.reject(new Error("no such server"));

describe("reading from a branch with a compute", () => {
  test("uses the address of the branch, and creates, changes and deletes nothing", async () => {
    const harness = await createHarness();
    const database = await reached(harness, PARENT);
    const [main] = branches(harness);
    expect(new URL(database.url).hostname).toBe(endpoints(harness).find(({ branchId }) => branchId === main?.id)?.host);
    expect(database.description).toBe("Neon branch main");
    await database[Symbol.asyncDispose]();
    expect(harness.calls().filter((call) => !call.startsWith("GET "))).toEqual([]);
    expect(branches(harness)).toHaveLength(1);
  });

  test("finds the branch by its whole name or id", async () => {
    const harness = await createHarness();
    const [main] = branches(harness);
    expect((await reached(harness, { branch: "main", at: undefined })).description).toBe("Neon branch main");
    expect((await reached(harness, { branch: main?.id, at: undefined })).description).toBe("Neon branch main");
    await expect(reached(harness, { branch: "mai", at: undefined })).rejects.toMatchObject({
      code: "PROVIDER_REJECTED",
      message: "The Neon project has no branch mai. Did you mean main?",
      meaning: "Its branches: main.",
    });
  });

  test("uses the configured parent if no branch is named", async () => {
    const harness = await createHarness();
    harness.insert([{ name: "staging" }]);
    const database = await reached(harness, PARENT, { choices: { parent: "staging" } });
    expect(database.description).toBe("Neon branch staging");
    await expect(reached(harness, PARENT, { choices: { parent: "stagin" } })).rejects.toThrow("Did you mean staging?");
  });

  test("names the role or the database that is missing", async () => {
    const harness = await createHarness();
    await expect(reached(harness, PARENT, { choices: { database: "neondb", role: "nobody" } })).rejects.toMatchObject({
      code: "USAGE",
    });
    expect(branches(harness)).toHaveLength(1);
  });
});

describe("reading from a copy with a tag and an expiry, which is deleted afterwards", () => {
  const at = new Date(START - 60_000).toISOString();

  test("is used for a timestamp and for an LSN", async () => {
    const harness = await createHarness();
    expect(await copied(harness, { branch: "main", at })).toMatchObject({ parentTimestamp: at });
    expect(await copied(harness, { branch: "main", at: "0/1A2B3C4D" })).toMatchObject({ parentLsn: "0/1A2B3C4D" });
  });

  test("is used for the past state that runs start from", async () => {
    const harness = await createHarness();
    expect(await copied(harness, PARENT, { choices: { parentAt: at } })).toMatchObject({ parentTimestamp: at });
    expect((await reached(harness, PARENT, { choices: { parentAt: at } })).description).toBe(`Neon branch main at ${at}`);
  });

  test("is used for a branch without a compute, and creates no compute for it", async () => {
    const harness = await createHarness();
    const [idle] = harness.insert([{ name: "idle" }]);
    expect(await copied(harness, { branch: "idle", at: undefined })).toMatchObject({ parentId: idle?.id });
    expect(endpoints(harness).filter(({ branchId }) => branchId === idle?.id)).toEqual([]);
    expect(harness.calls()).not.toContain("POST /endpoints");
  });

  test("copies all data, even if runs get only the schema or masked data", async () => {
    const harness = await createHarness();
    const database = await reached(harness, { branch: "main", at }, { choices: { schemaOnly: true, anonymized: true } });
    expect(branches(harness).find(({ name }) => name === COPY.name)).toMatchObject({ initSource: "parent-data" });
    await database[Symbol.asyncDispose]();
  });

  test("deletes the copy if it never answers", async () => {
    const harness = await createHarness();
    await expect(reached(harness, { branch: "main", at }, { dependencies: { probe: noAnswer } })).rejects.toThrow("no such server");
    expect(harness.names()).toEqual([]);
  });

  test("emits a warning with the name of a copy that cannot be deleted", async () => {
    const harness = await createHarness();
    const database = await reached(harness, { branch: "main", at });
    harness.fault({ method: "DELETE", status: 400, times: -1 });
    await database[Symbol.asyncDispose]();
    expect(harness.events).toContainEqual({
      kind: "warning",
      text: expect.stringMatching(new RegExp(`${COPY.name} could not be deleted .*It expires by itself`)),
    });
  });
});

test("at the branch limit the copy is refused, and no expired branch is deleted to make room", async () => {
  const harness = await createHarness({ branchLimit: 2 });
  const [expired] = harness.insert([taggedBranch("expired", { ageMs: 10_000_000, expiresInMs: -1_000 })]);
  const answer = await harness.provider().reach?.({ branch: "main", at: "0/1A" }, COPY, harness.limits());
  expect(answer).toMatchObject({ kind: "refusal", code: "branch-limit" });
  expect(harness.names()).toEqual([expired?.name]);
});

test("without a key it is refused without a call", async () => {
  const harness = await createHarness();
  expect(await harness.provider({ apiKey: undefined }).reach?.(PARENT, COPY, harness.limits())).toMatchObject({ code: "no-key" });
  expect(harness.calls()).toEqual([]);
});
