import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { OffshootError } from "../../../src/errors.ts";
import type { Event } from "../../../src/events.ts";
import type { Listed, Provider } from "../../../src/providers/provider.ts";
import { apply } from "../../../src/sweep/apply.ts";
import { plan } from "../../../src/sweep/plan.ts";
import { ownerTag } from "../../../src/identity/owner-tag.ts";
import { runIdentity } from "../../support/run-identity.ts";

const NOW = new Date("2026-11-01T12:00:00Z");
const OLD = new Date(NOW.getTime() - 7_200_000);

function listed(name: string, change: Partial<Listed> = {}): Listed {
  const run = runIdentity({ key: name, invocation: name });
  return {
    provider: "neon",
    id: `br-${name}`,
    name: `offshoot/acme/shop/${name}`,
    kind: "run",
    tag: ownerTag({ run, createdAt: OLD, expiresAt: OLD }),
    createdAt: OLD,
    expiresAt: OLD,
    lastUsedAt: undefined,
    sessions: undefined,
    sizeBytes: undefined,
    guarded: undefined,
    parentId: undefined,
    broken: false,
    ...change,
  };
}

/** A provider with the databases in `there`. `onRelease` can throw. */
function providerOf(there: Listed[], onRelease: (name: string) => Promise<void> | void = () => {}) {
  const released: string[] = [];
  const seen: (Listed | undefined)[] = [];
  let lists = 0;
  let atOnce = 0;
  let most = 0;
  const provider: Provider = {
    name: "neon",
    refuse: async () => undefined,
    examine: async () => ({ checks: [], action: undefined, refusal: undefined }),
    acquire: () => Promise.reject(new Error("not expected")),
    find: async () => undefined,
    async list() {
      lists += 1;
      return [...there];
    },
    async release(name, _limits, { seen: look } = {}) {
      seen.push(look);
      atOnce += 1;
      most = Math.max(most, atOnce);
      try {
        await onRelease(name);
      } finally {
        atOnce -= 1;
      }
      released.push(name.split("/").at(-1) ?? "");
      there.splice(
        there.findIndex((each) => each.name === name),
        1,
      );
      return "deleted";
    },
  };
  return { provider, released, seen, lists: () => lists, most: () => most };
}

const policy = {
  now: NOW,
  repository: undefined,
  owner: undefined,
  olderThanMs: undefined,
  idleMs: 0,
  baseTtlMs: 1e12,
  closed: { repository: undefined, pullRequests: new Set<number>(), refs: new Set<string>() },
};
const decide = (all: readonly Listed[]) => plan(all, policy);
const limits = (events: Event[] = [], signal = new AbortController().signal) => ({
  signal,
  withinMs: 60_000,
  emit: (event: Event) => void events.push(event),
});

test("deletes many databases at the same time, based on one current list", async () => {
  const there = Array.from({ length: 100 }, (_, index) => listed(`run-${index}`));
  const { provider, seen, lists, most } = providerOf(there, () => pause(2));
  const swept = await apply([provider], decide(there), decide, limits());
  expect(swept.deleted).toHaveLength(100);
  expect(there).toEqual([]);
  expect(lists()).toBe(1);
  expect(most()).toBe(8);
  expect(seen.every((look) => look !== undefined)).toBe(true);
});

test("deletes children first, and waits for them before it deletes their parents", async () => {
  const there = [listed("trunk"), listed("leaf", { parentId: "br-bough" }), listed("bough", { parentId: "br-trunk" }), listed("other")];
  const { provider, released } = providerOf(there, (name) => pause(name.endsWith("leaf") ? 30 : 0));
  await apply([provider], decide(there), decide, limits());
  expect(released.slice(0, 2)).toEqual(["leaf", "bough"]);
  expect(released).toHaveLength(4);
});

test("keeps a database that was renewed after the plan, with the reason of the second check", async () => {
  const there = [listed("renewed"), listed("stale")];
  const first = decide(there);
  there[0] = listed("renewed", { expiresAt: new Date(NOW.getTime() + 3_600_000) });
  const { provider, released } = providerOf(there);
  const swept = await apply([provider], first, decide, limits());
  expect(released).toEqual(["stale"]);
  expect(swept.kept).toMatchObject([{ reason: { code: "not-expired" } }]);
});

test("counts a database that no longer exists as deleted", async () => {
  const first = decide([listed("missing")]);
  const { provider, released } = providerOf([]);
  expect((await apply([provider], first, decide, limits())).deleted).toHaveLength(1);
  expect(released).toEqual([]);
});

test("keeps a parent if a child could not be deleted, and reports the child", async () => {
  const there = [listed("trunk"), listed("leaf", { parentId: "br-trunk" })];
  const { provider } = providerOf(there, (name) => {
    if (name.endsWith("leaf")) throw new OffshootError("PROVIDER_OUTAGE", "Neon did not delete the branch.");
    throw new OffshootError("PROTECTED", "The Neon branch trunk was not removed: leaf was branched from it.");
  });
  const swept = await apply([provider], decide(there), decide, limits());
  expect(swept.failed).toMatchObject([{ listed: { id: "br-leaf" }, error: "Neon did not delete the branch." }]);
  expect(swept.kept).toMatchObject([{ listed: { id: "br-trunk" }, reason: { code: "guarded" } }]);
});

test("stops when it is cancelled", async () => {
  const controller = new AbortController();
  const there = Array.from({ length: 50 }, (_, index) => listed(`run-${index}`));
  const { provider, released } = providerOf(there, () => controller.abort());
  await expect(apply([provider], decide(there), decide, limits([], controller.signal))).rejects.toMatchObject({ code: "CANCELLED" });
  expect(released.length).toBeLessThanOrEqual(8);
});

test("a database that the provider did not delete has failed while it is in the list", async () => {
  const there = [listed("stale")];
  const { provider } = providerOf(there);
  const swept = await apply([{ ...provider, release: async () => "not-found" }], decide(there), decide, limits());
  expect(swept).toMatchObject({ deleted: [], failed: [{ error: expect.stringContaining("still in the list") }] });
});
