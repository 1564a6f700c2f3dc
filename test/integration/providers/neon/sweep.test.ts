import { afterEach, expect, test } from "vitest";
import { control } from "../../../../mocks/neon/control.ts";
import { createNeon } from "../../../../mocks/neon/create-neon.ts";
import type { Neon } from "../../../../mocks/neon/neon.ts";
import { type Served, serve } from "../../../../mocks/neon/serve.ts";
import type { Limits, Listed, Provider } from "../../../../src/providers/provider.ts";
import { apply, type Swept } from "../../../../src/sweep/apply.ts";
import { plan } from "../../../../src/sweep/plan.ts";
import { taggedBranch } from "../../../support/neon-harness.ts";
import { providerOfMock } from "./provider-of-mock.ts";

let served: Served | undefined;
afterEach(() => served?.stop());

const branch = (key: string, isStale: boolean): object =>
  taggedBranch(key, { now: Date.now(), ageMs: 7_200_000, expiresInMs: isStale ? -3_600_000 : 3_600_000 });

async function createBranches(stale: number, others: number): Promise<Neon> {
  const neon = await createNeon({ switches: { reapLagMs: 1e12 } });
  served = await serve(neon, { latencyMs: 20 });
  const foreign = Array.from({ length: others / 2 }, (_, index) => ({
    name: index % 2 === 0 ? `feature/${index}` : `offshoot/by-hand-${index}`,
  }));
  const young = Array.from({ length: others - foreign.length }, (_, index) => branch(`young-${index}`, false));
  const old = Array.from({ length: stale }, (_, index) => branch(`old-${index}`, true));
  await control(neon, "POST", "branches", { branches: [...foreign, ...young, ...old] });
  return neon;
}

const providerOf = ({ apiKey, projectId }: Neon): Provider => providerOfMock({ url: served?.url ?? "", apiKey, projectId });

async function sweep(provider: Provider): Promise<Swept> {
  const limits: Limits = { signal: new AbortController().signal, withinMs: 300_000, emit: () => {} };
  const closed = { repository: undefined, pullRequests: new Set<number>(), refs: new Set<string>() };
  const decide = (listed: readonly Listed[]) =>
    plan(listed, { now: new Date(), repository: undefined, owner: undefined, olderThanMs: undefined, idleMs: 0, baseTtlMs: 1e12, closed });
  return apply([provider], decide(await provider.list(limits)), decide, limits);
}

const liveBranches = (neon: Neon): number =>
  [...(neon.state.projects.get(neon.projectId)?.branches.values() ?? [])].filter(({ deletedAt }) => deletedAt === undefined).length;
const deletes = (neon: Neon) => neon.calls.counts["DELETE /projects/{project_id}/branches/{branch_id}"] ?? {};

test(
  "a sweep deletes 1,000 stale branches of 1,500 as fast as Neon's rate limit allows, and no other branch",
  { timeout: 200_000, tags: "proof" },
  async () => {
    const neon = await createBranches(1000, 500);
    await control(neon, "POST", "rate", { on: true });
    const start = performance.now();
    const swept = await sweep(providerOf(neon));
    const seconds = (performance.now() - start) / 1000;
    expect([swept.deleted.length, swept.failed.length, swept.kept.length]).toEqual([1000, 0, 0]);
    expect(liveBranches(neon)).toBe(501);
    expect(deletes(neon)["total"]).toBeLessThan(1.1 * 1000);
    // One call for each branch, at 700 calls a minute.
    expect(seconds).toBeLessThan(1.1 * (1000 / 700) * 60);
  },
);

test("a sweep succeeds despite unexpected 429 replies", { tags: "proof" }, async () => {
  const neon = await createBranches(100, 20);
  await control(neon, "POST", "faults", { status: 429, times: -1, probability: 0.2, seed: 5, headers: { "retry-after": "1" } });
  const swept = await sweep(providerOf(neon));
  expect([swept.deleted.length, swept.failed.length]).toEqual([100, 0]);
  expect(liveBranches(neon)).toBe(21);
});

test("two simultaneous sweeps delete the stale branches and no other branch", async () => {
  const neon = await createBranches(150, 30);
  const both = await Promise.all([sweep(providerOf(neon)), sweep(providerOf(neon))]);
  expect(both.flatMap(({ failed }) => failed)).toEqual([]);
  expect(both.map(({ deleted }) => deleted.length)).toEqual([150, 150]);
  expect(liveBranches(neon)).toBe(31);
});
