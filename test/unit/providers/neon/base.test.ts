import { expect, test } from "vitest";
import { OffshootError } from "../../../../src/errors.ts";
import type { Database } from "../../../../src/providers/provider.ts";
import { baseRequestFor, requireDatabase, createHarness, type NeonHarness, START, requestFor } from "../../../support/neon-harness.ts";

const FINGERPRINT = "0123456789abcdef".repeat(4);
const NAME = `offshoot/base/${FINGERPRINT.slice(0, 16)}`;

async function ensured(harness: NeonHarness, migrate: (database: Database) => Promise<void> = async () => {}) {
  const provider = harness.provider({ base: true });
  await provider.ensureBase?.(baseRequestFor(FINGERPRINT), harness.limits(), migrate);
  return provider;
}
const unexpected = (): Promise<void> => Promise.reject(new Error("nothing can be migrated"));
const branch = (harness: NeonHarness, name: string) =>
  [...(harness.neon.state.projects.get(harness.neon.projectId)?.branches.values() ?? [])].find((each) => each.name === name);

test("a base gets its final name and loses its expiry when it is migrated", async () => {
  const harness = await createHarness();
  const seen: string[] = [];
  await ensured(harness, async ({ name, expiresAt }) => void seen.push(name, expiresAt?.toISOString() ?? "never", ...harness.names()));
  expect(seen).toEqual([`${NAME}/building`, new Date(START + 86_400_000).toISOString(), `${NAME}/building`]);
  expect(harness.names()).toEqual([NAME]);
  expect(branch(harness, NAME)?.expiresAt).toBeUndefined();
});

test("a run starts from the base that another run has built, with one more call", async () => {
  const harness = await createHarness();
  await ensured(harness);
  const before = harness.calls().length;
  const provider = await ensured(harness, () => Promise.reject(new Error("built twice")));
  const run = requireDatabase(await provider.acquire(requestFor("run-1", { fingerprint: FINGERPRINT }), harness.limits()));
  expect(harness.calls().slice(before)).toEqual(["GET /branches", "POST /branches", "GET /branches/{branch_id}"]);
  expect(run.base).toBe(NAME);
  expect(branch(harness, run.name)?.parentId).toBe(branch(harness, NAME)?.id);
});

test("a pull request starts from the base of the branches, and the branches never from the one of a pull request", async () => {
  const harness = await createHarness();
  const own = "fedcba9876543210".repeat(4);
  const ofPullRequest = { ...baseRequestFor(own), trustedBase: FINGERPRINT };
  const startFrom = async (key: string, bases: object): Promise<string | undefined> => {
    const wanted = { ...requestFor(key, { fingerprint: own }), ...bases };
    return requireDatabase(await harness.provider({ base: true }).acquire(wanted, harness.limits())).base;
  };
  await harness.provider({ base: true }).ensureBase?.(ofPullRequest, harness.limits(), async () => {});
  const name = `offshoot/base/${own.slice(0, 16)}`;
  expect(harness.names()).toEqual([name]);
  expect(await startFrom("pr-7", { trustedBase: FINGERPRINT })).toBe(name);
  expect(await startFrom("run-1", { fingerprint: FINGERPRINT })).toBeUndefined();
  await ensured(harness);
  await harness
    .provider({ base: true })
    .ensureBase?.({ ...ofPullRequest, tag: { ...ofPullRequest.tag, fingerprint: "0".repeat(64) } }, harness.limits(), unexpected);
  expect(await startFrom("pr-8", { trustedBase: FINGERPRINT })).toBe(NAME);
});

test.each([
  ["an outage", { status: 503, times: -1 }],
  ["a closed connection", { drop: "before", times: -1 }],
] as const)("%s while the base is searched is a refusal, so that another provider is used", async (_, fault) => {
  const harness = await createHarness();
  harness.fault(fault);
  const provider = harness.provider({ base: true });
  const refused = await provider.ensureBase?.(baseRequestFor(FINGERPRINT), harness.limits(), unexpected);
  expect(refused).toMatchObject({ kind: "refusal", code: "outage", mayFallBack: true });
  expect(harness.names()).toEqual([]);
});

test("a base with failed migrations is renamed and never used, and the next run builds a new one", async () => {
  const harness = await createHarness();
  const failure = new OffshootError("MIGRATION_FAILED", "syntax error");
  const ids: string[] = [];
  const attempt = async ({ id }: Database): Promise<void> => {
    ids.push(id);
    throw failure;
  };
  await expect(ensured(harness, attempt)).rejects.toBe(failure);
  expect(harness.names()).toEqual([`${NAME}/failed/${ids[0]}`]);
  expect(branch(harness, `${NAME}/failed/${ids[0]}`)?.expiresAt).toBeDefined();
  const run = requireDatabase(
    await harness.provider({ base: true }).acquire(requestFor("run-1", { fingerprint: FINGERPRINT }), harness.limits()),
  );
  expect(run.base).toBeUndefined();
  await ensured(harness, async ({ id }) => void ids.push(id));
  expect(new Set(ids).size).toBe(2);
  expect(branch(harness, NAME)?.id).toBe(ids[1]);
  harness.clock.advance(3_600_000);
  const listed = await harness.provider().list(harness.limits());
  expect(listed.find(({ id }) => id === ids[0])).toMatchObject({ kind: "base", broken: true });
});

test("a cancelled caller leaves the unfinished base to the other callers", async () => {
  const harness = await createHarness();
  await expect(ensured(harness, () => Promise.reject(new OffshootError("CANCELLED", "Cancelled: the run.")))).rejects.toMatchObject({
    code: "CANCELLED",
  });
  expect(harness.names()).toEqual([`${NAME}/building`]);
});

test("eight simultaneous callers migrate one base", async () => {
  const harness = await createHarness();
  const ids = new Set<string>();
  await Promise.all(Array.from({ length: 8 }, () => ensured(harness, async ({ id }) => void ids.add(id))));
  expect(ids.size).toBe(1);
  expect(harness.names()).toEqual([NAME]);
});

test("the second of two finished bases still expires", async () => {
  const harness = await createHarness();
  await ensured(harness, async ({ id }) => {
    harness.insert([{ name: NAME, annotation: annotationOf(harness, id) }]);
  });
  expect(branch(harness, NAME)?.expiresAt).toBeUndefined();
  expect(branch(harness, `${NAME}/building`)?.expiresAt).toBeDefined();
});

const annotationOf = (harness: NeonHarness, id: string) =>
  harness.neon.state.projects.get(harness.neon.projectId)?.branches.get(id)?.annotation?.value;

test("a run starts from the parent if its base was deleted", async () => {
  const harness = await createHarness();
  const provider = await ensured(harness);
  await harness.provider().release(NAME, harness.limits());
  harness.clock.advance(1000);
  const run = requireDatabase(await provider.acquire(requestFor("run-1", { fingerprint: FINGERPRINT }), harness.limits()));
  expect(run.base).toBeUndefined();
  expect(harness.events).toContainEqual({ kind: "note", text: expect.stringContaining(NAME) });
});
