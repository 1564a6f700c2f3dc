import { expect, test } from "vitest";
import { OffshootError } from "../../../../src/errors.ts";
import type { Database } from "../../../../src/providers/provider.ts";
import { baseWanted, isDatabase, setStage, type Stage, START, wantedBy } from "../../../support/neon-stage.ts";

const FINGERPRINT = "0123456789abcdef".repeat(4);
const NAME = `offshoot/base/${FINGERPRINT.slice(0, 16)}`;

async function ensured(stage: Stage, migrate: (database: Database) => Promise<void> = async () => {}) {
  const provider = stage.provider({ base: true });
  await provider.ensureBase?.(baseWanted(FINGERPRINT), stage.limits(), migrate);
  return provider;
}
const branch = (stage: Stage, name: string) =>
  [...(stage.neon.state.projects.get(stage.neon.projectId)?.branches.values() ?? [])].find((each) => each.name === name);

test("a base is built under another name with an expiry, and gets its name and stays once it is migrated", async () => {
  const stage = await setStage();
  const seen: string[] = [];
  await ensured(stage, async ({ name, expiresAt }) => void seen.push(name, expiresAt?.toISOString() ?? "never", ...stage.names()));
  expect(seen).toEqual([`${NAME}/building`, new Date(START + 86_400_000).toISOString(), `${NAME}/building`]);
  expect(stage.names()).toEqual([NAME]);
  expect(branch(stage, NAME)?.expiresAt).toBeUndefined();
});

test("runs start from it, which takes two calls where another run has built it", async () => {
  const stage = await setStage();
  await ensured(stage);
  const before = stage.calls().length;
  const provider = await ensured(stage, () => Promise.reject(new Error("built twice")));
  const run = isDatabase(await provider.acquire(wantedBy("run-1", { fingerprint: FINGERPRINT }), stage.limits()));
  expect(stage.calls().slice(before)).toEqual(["GET /branches", "POST /branches"]);
  expect(run.base).toBe(NAME);
  expect(branch(stage, run.name)?.parentId).toBe(branch(stage, NAME)?.id);
});

test("nobody starts from one whose migration failed: it is set aside, and the next begins anew", async () => {
  const stage = await setStage();
  const failure = new OffshootError("MIGRATION_FAILED", "syntax error");
  const ids: string[] = [];
  const attempt = async ({ id }: Database): Promise<void> => {
    ids.push(id);
    throw failure;
  };
  await expect(ensured(stage, attempt)).rejects.toBe(failure);
  expect(stage.names()).toEqual([`${NAME}/failed/${ids[0]}`]);
  expect(branch(stage, `${NAME}/failed/${ids[0]}`)?.expiresAt).toBeDefined();
  const run = isDatabase(await stage.provider({ base: true }).acquire(wantedBy("run-1", { fingerprint: FINGERPRINT }), stage.limits()));
  expect(run.base).toBeUndefined();
  await ensured(stage, async ({ id }) => void ids.push(id));
  expect(new Set(ids).size).toBe(2);
  expect(branch(stage, NAME)?.id).toBe(ids[1]);
  stage.clock.advance(3_600_000);
  const listed = await stage.provider().list(stage.limits());
  expect(listed.find(({ id }) => id === ids[0])).toMatchObject({ kind: "base", broken: true });
});

test("a caller who gives up leaves the base to the others", async () => {
  const stage = await setStage();
  await expect(ensured(stage, () => Promise.reject(new OffshootError("CANCELLED", "gone")))).rejects.toMatchObject({ code: "CANCELLED" });
  expect(stage.names()).toEqual([`${NAME}/building`]);
});

test("is migrated once, however many come at once and however quick it is", async () => {
  const stage = await setStage();
  const ids = new Set<string>();
  await Promise.all(Array.from({ length: 8 }, () => ensured(stage, async ({ id }) => void ids.add(id))));
  expect(ids.size).toBe(1);
  expect(stage.names()).toEqual([NAME]);
});

test("of two that were built after all, one is kept and the other expires", async () => {
  const stage = await setStage();
  await ensured(stage, async ({ id }) => {
    stage.plant([{ name: NAME, annotation: annotationOf(stage, id) }]);
  });
  expect(branch(stage, NAME)?.expiresAt).toBeUndefined();
  expect(branch(stage, `${NAME}/building`)?.expiresAt).toBeDefined();
});

const annotationOf = (stage: Stage, id: string) => stage.neon.state.projects.get(stage.neon.projectId)?.branches.get(id)?.annotation?.value;

test("a base that went away costs the run its head start and nothing else", async () => {
  const stage = await setStage();
  const provider = await ensured(stage);
  await stage.provider().release(NAME, stage.limits());
  stage.clock.advance(1000);
  const run = isDatabase(await provider.acquire(wantedBy("run-1", { fingerprint: FINGERPRINT }), stage.limits()));
  expect(run.base).toBeUndefined();
  expect(stage.events).toContainEqual({ kind: "note", text: expect.stringContaining(NAME) });
});
