import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Listed } from "../../../src/providers/provider.ts";
import { type OwnerTag } from "../../../src/identity/owner-tag.ts";
import { plan, type Policy } from "../../../src/sweep/plan.ts";

const NOW = new Date("2026-11-01T12:00:00Z");
const HOUR = 3_600_000;
const hoursAgo = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR);

const policy: Policy = {
  now: NOW,
  repository: undefined,
  owner: undefined,
  olderThanMs: undefined,
  idleMs: 15 * 60_000,
  baseTtlMs: 14 * 24 * HOUR,
  closed: { repository: "acme/shop", server: "github.com", pullRequests: new Set([7]), refs: new Set(["deleted-branch"]) },
};

const tag: OwnerTag = {
  tool: "offshoot",
  repository: "acme/shop",
  run: "run-1",
  created: "2026-11-01T08:00:00Z",
  expires: "2026-11-01T10:00:00Z",
  kind: "run",
  ref: "main",
  pullRequest: undefined,
  fingerprint: undefined,
};

function listed(change: Partial<Listed> = {}): Listed {
  return {
    provider: "neon",
    id: "br-1",
    name: "offshoot/acme-shop/run-1",
    kind: "run",
    tag,
    createdAt: hoursAgo(4),
    expiresAt: hoursAgo(2),
    lastUsedAt: hoursAgo(3),
    sessions: undefined,
    sizeBytes: undefined,
    guarded: undefined,
    parentId: "br-main",
    broken: false,
    ...change,
  };
}

const decisionOn = (change: Partial<Listed>, rules: Partial<Policy> = {}): string => {
  const result = plan([listed(change)], { ...policy, ...rules });
  const [deleted] = result.delete;
  return deleted === undefined ? `keep: ${result.keep[0]?.reason.code}` : `delete: ${deleted.reason.code}`;
};

describe("a database of another repository", () => {
  const other = { tag: { ...tag, repository: "acme/other" } };

  test("is kept although it expired", () => {
    expect(decisionOn(other, { repository: "acme/shop" })).toBe("keep: other-repository");
    expect(decisionOn({ ...other, broken: true }, { repository: "acme/shop" })).toBe("keep: other-repository");
    expect(decisionOn({}, { repository: "acme/shop" })).toBe("delete: expired");
  });

  test("is deleted when all repositories are swept", () => {
    expect(decisionOn(other, { repository: undefined })).toBe("delete: expired");
  });
});

describe("a database of another person", () => {
  const fresh = { expiresAt: hoursAgo(-1), tag: { ...tag, ref: "deleted-branch", owner: "ada-5be1c2d0" } };
  const rules = { olderThanMs: 3 * HOUR };

  test("is deleted only after its expiry", () => {
    expect(decisionOn(fresh, { ...rules, owner: "bob-00000001" })).toBe("keep: not-expired");
    expect(decisionOn(fresh, rules)).toBe("keep: not-expired");
    expect(decisionOn({ ...fresh, expiresAt: hoursAgo(1) }, rules)).toBe("delete: expired");
  });

  test("is a stale database to that person, on each machine", () => {
    expect(decisionOn({ ...fresh, tag: { ...fresh.tag, ref: "main" } }, { ...rules, owner: "lovelace-5be1c2d0" })).toBe(
      "delete: older-than",
    );
  });
});

describe("the database of a person's worktree", () => {
  const [clone, worktree] = ["0123456789abcdef", "fedcba9876543210"];
  const mine = {
    expiresAt: hoursAgo(-1),
    tag: { ...tag, ref: "topic", owner: "ada-5be1c2d0", checkout: `${clone}-${worktree}` },
  };
  const local = { clone, worktrees: new Set([worktree]), branches: new Set(["topic"]) };
  const rules = { owner: "ada-5be1c2d0", local };

  test.each<readonly [string, Partial<Listed>, Partial<Policy>, string]>([
    ["is kept while both exist", {}, {}, "keep: not-expired"],
    ["is deleted when the worktree was removed", {}, { local: { ...local, worktrees: new Set() } }, "delete: worktree-removed"],
    ["is deleted when the git branch was deleted", {}, { local: { ...local, branches: new Set(["main"]) } }, "delete: ref-deleted"],
    ["is kept when git lists no branches", {}, { local: { ...local, branches: undefined } }, "keep: not-expired"],
    ["is kept in another clone", {}, { local: { ...local, clone: worktree, worktrees: new Set() } }, "keep: not-expired"],
    ["is kept outside of git and in a CI", {}, { local: undefined }, "keep: not-expired"],
    ["is kept when another person sweeps", {}, { owner: "bob-00000001", local: { ...local, worktrees: new Set() } }, "keep: not-expired"],
    ["is kept when nobody sweeps", {}, { owner: undefined, local: { ...local, worktrees: new Set() } }, "keep: not-expired"],
    ["is kept while a session is open", { sessions: 1 }, { local: { ...local, worktrees: new Set() } }, "keep: in-use"],
    ["is kept when it is protected", { guarded: "it is protected" }, { local: { ...local, worktrees: new Set() } }, "keep: guarded"],
    [
      "is kept when it has no owner",
      { tag: { ...mine.tag, owner: undefined } },
      { local: { ...local, worktrees: new Set() } },
      "keep: not-expired",
    ],
    [
      "is kept when it has no mark",
      { tag: { ...mine.tag, checkout: undefined } },
      { local: { ...local, worktrees: new Set() } },
      "keep: not-expired",
    ],
  ])("%s", (_title, change, more, expected) => {
    expect(decisionOn({ ...mine, ...change }, { ...rules, ...more })).toBe(expected);
  });
});

describe("a database", () => {
  test.each([
    ["that expired is deleted", {}, "delete: expired"],
    ["that has not expired is kept", { expiresAt: hoursAgo(-1) }, "keep: not-expired"],
    ["without an owner tag is kept", { tag: undefined, kind: "foreign" as const }, "keep: not-ours"],
    ["with an owner tag but another name is kept", { name: "main" }, "keep: not-ours"],
    ["that is default or protected is kept", { guarded: "it is the default branch" }, "keep: guarded"],
    ["with open sessions is kept", { sessions: 1 }, "keep: in-use"],
    ["that was used a minute ago is kept", { lastUsedAt: new Date(NOW.getTime() - 60_000) }, "keep: in-use"],
    ["with a failed creation is deleted", { broken: true, expiresAt: hoursAgo(-1) }, "delete: broken"],
    ["of a closed pull request is deleted", { expiresAt: hoursAgo(-1), tag: { ...tag, pullRequest: 7 } }, "delete: pull-request-closed"],
    [
      "of a pull request with the same number in another repository is kept",
      { expiresAt: hoursAgo(-1), tag: { ...tag, repository: "acme/other", pullRequest: 7 } },
      "keep: not-expired",
    ],
    [
      "of a pull request with the same number on another server is kept",
      { expiresAt: hoursAgo(-1), tag: { ...tag, server: "gitlab.com", pullRequest: 7 } },
      "keep: not-expired",
    ],
    [
      "of a git ref that was deleted on another server is kept",
      { expiresAt: hoursAgo(-1), tag: { ...tag, server: "gitlab.com", ref: "deleted-branch" } },
      "keep: not-expired",
    ],
    ["of a deleted git ref is deleted", { expiresAt: hoursAgo(-1), tag: { ...tag, ref: "deleted-branch" } }, "delete: ref-deleted"],
    ["that is a used base is kept", { kind: "base" as const, expiresAt: undefined, lastUsedAt: hoursAgo(24) }, "keep: not-expired"],
    [
      "that is an unused base is deleted",
      { kind: "base" as const, expiresAt: undefined, lastUsedAt: hoursAgo(24 * 15) },
      "delete: base-unused",
    ],
  ])("%s", (_name, change, expected) => {
    expect(decisionOn(change)).toBe(expected);
  });

  test("that is older than the given age is deleted before it expires", () => {
    expect(decisionOn({ expiresAt: hoursAgo(-1) }, { olderThanMs: 3 * HOUR })).toBe("delete: older-than");
    expect(decisionOn({ expiresAt: hoursAgo(-1) }, { olderThanMs: 5 * HOUR })).toBe("keep: not-expired");
  });
});

describe("databases with children", () => {
  test("are deleted after their children", () => {
    const result = plan(
      [listed({ id: "a", parentId: undefined }), listed({ id: "b", parentId: "a" }), listed({ id: "c", parentId: "b" })],
      policy,
    );
    expect(result.delete.map((planned) => planned.listed.id)).toEqual(["c", "b", "a"]);
  });

  test("are kept if a child or grandchild is kept", () => {
    const result = plan(
      [
        listed({ id: "a", parentId: undefined }),
        listed({ id: "b", parentId: "a" }),
        listed({ id: "c", parentId: "b", expiresAt: hoursAgo(-1) }),
      ],
      policy,
    );
    expect(result.delete).toEqual([]);
    expect(result.keep.map((planned) => planned.reason.code)).toEqual(["has-children", "has-children", "not-expired"]);
  });
});

const anyListed = fc
  .record({
    id: fc.integer({ min: 0, max: 12 }).map(String),
    parentId: fc.option(fc.integer({ min: 0, max: 12 }).map(String), { nil: undefined }),
    tagged: fc.boolean(),
    prefixed: fc.boolean(),
    guarded: fc.boolean(),
    expired: fc.boolean(),
    sessions: fc.option(fc.nat(2), { nil: undefined }),
  })
  .map((draw) =>
    listed({
      id: draw.id,
      // Parents have smaller ids, as a tree of branches has no loops.
      parentId: draw.parentId !== undefined && Number(draw.parentId) < Number(draw.id) ? draw.parentId : undefined,
      tag: draw.tagged ? tag : undefined,
      name: draw.prefixed ? "offshoot/x/y" : "production",
      guarded: draw.guarded ? "protected" : undefined,
      expiresAt: draw.expired ? hoursAgo(1) : hoursAgo(-1),
      sessions: draw.sessions,
    }),
  );

test("a database that is foreign, guarded, in use, or has a kept child is never deleted", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyListed, { selector: ({ id }) => id, maxLength: 13 }), (all) => {
      const result = plan(all, policy);
      const kept = new Set(result.keep.map((planned) => planned.listed.id));
      expect(result.delete.length + result.keep.length).toBe(all.length);
      for (const { listed: deleted } of result.delete) {
        expect(deleted.tag).toBeDefined();
        expect(deleted.name.startsWith("offshoot/")).toBe(true);
        expect(deleted.guarded).toBeUndefined();
        expect(deleted.sessions ?? 0).toBe(0);
        expect(all.filter((child) => child.parentId === deleted.id).some((child) => kept.has(child.id))).toBe(false);
      }
    }),
  );
});

const base = (id: string, hours: number, change: Partial<Listed> = {}): Listed =>
  listed({
    id,
    name: `offshoot/base/${id}`,
    kind: "base",
    tag: { ...tag, kind: "base", fingerprint: id, expires: undefined },
    lastUsedAt: hoursAgo(hours),
    ...change,
  });
const deletedOf = (all: readonly Listed[], neonBases: number | undefined): readonly string[] =>
  plan(all, { ...policy, neonBases }).delete.map(({ listed: { id }, reason }) => `${id}: ${reason.code}`);

describe("the limit of bases on Neon", () => {
  const three = [base("b", 2), base("c", 1), base("a", 3)];

  test("deletes the base whose last use is longest ago first, and nothing without the setting", () => {
    expect(deletedOf(three, 2)).toEqual(["a: base-excess"]);
    expect(deletedOf(three, 1)).toEqual(["b: base-excess", "a: base-excess"]);
    expect(deletedOf(three, undefined)).toEqual([]);
  });

  test("neither counts nor deletes bases of local servers and protected ones, and keeps a base with children", () => {
    expect(deletedOf([...three, base("d", 9, { provider: "embedded" }), base("e", 9, { guarded: "it is protected" })], 3)).toEqual([]);
    const child = listed({ id: "child", parentId: "a", expiresAt: hoursAgo(-1) });
    expect(deletedOf([...three, child], 2)).toEqual([]);
  });
});
