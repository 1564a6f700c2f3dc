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
  olderThanMs: undefined,
  idleMs: 15 * 60_000,
  baseTtlMs: 14 * 24 * HOUR,
  closed: { repository: "acme/shop", pullRequests: new Set([7]), refs: new Set(["gone-branch"]) },
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

const fate = (change: Partial<Listed>, rules: Partial<Policy> = {}): string => {
  const result = plan([listed(change)], { ...policy, ...rules });
  const [gone] = result.delete;
  return gone === undefined ? `keep: ${result.keep[0]?.reason.code}` : `delete: ${gone.reason.code}`;
};

describe("one database", () => {
  test.each([
    ["that expired goes", {}, "delete: expired"],
    ["that has not expired stays", { expiresAt: hoursAgo(-1) }, "keep: newer"],
    ["without our tag stays", { tag: undefined, kind: "foreign" as const }, "keep: not-ours"],
    ["with our tag but another name stays", { name: "main" }, "keep: not-ours"],
    ["that is default or protected stays", { guarded: "it is the default branch" }, "keep: guarded"],
    ["with open sessions stays", { sessions: 1 }, "keep: in-use"],
    ["that was used a minute ago stays", { lastUsedAt: new Date(NOW.getTime() - 60_000) }, "keep: in-use"],
    ["whose creation failed goes", { broken: true, expiresAt: hoursAgo(-1) }, "delete: broken"],
    ["of a closed pull request goes", { expiresAt: hoursAgo(-1), tag: { ...tag, pullRequest: 7 } }, "delete: pull-request-closed"],
    [
      "of another repository's pull request of that number stays",
      { expiresAt: hoursAgo(-1), tag: { ...tag, repository: "acme/other", pullRequest: 7 } },
      "keep: newer",
    ],
    ["of a git ref that is gone goes", { expiresAt: hoursAgo(-1), tag: { ...tag, ref: "gone-branch" } }, "delete: ref-gone"],
    ["that is a base in use stays", { kind: "base" as const, expiresAt: undefined, lastUsedAt: hoursAgo(24) }, "keep: newer"],
    [
      "that is a base nobody used goes",
      { kind: "base" as const, expiresAt: undefined, lastUsedAt: hoursAgo(24 * 15) },
      "delete: base-unused",
    ],
  ])("%s", (_name, change, expected) => {
    expect(fate(change)).toBe(expected);
  });

  test("older than the given age goes before it expires", () => {
    expect(fate({ expiresAt: hoursAgo(-1) }, { olderThanMs: 3 * HOUR })).toBe("delete: older-than");
    expect(fate({ expiresAt: hoursAgo(-1) }, { olderThanMs: 5 * HOUR })).toBe("keep: newer");
  });
});

describe("families", () => {
  test("children go before their parents", () => {
    const result = plan(
      [listed({ id: "a", parentId: undefined }), listed({ id: "b", parentId: "a" }), listed({ id: "c", parentId: "b" })],
      policy,
    );
    expect(result.delete.map((planned) => planned.listed.id)).toEqual(["c", "b", "a"]);
  });

  test("a child that stays keeps all its ancestors", () => {
    const result = plan(
      [
        listed({ id: "a", parentId: undefined }),
        listed({ id: "b", parentId: "a" }),
        listed({ id: "c", parentId: "b", expiresAt: hoursAgo(-1) }),
      ],
      policy,
    );
    expect(result.delete).toEqual([]);
    expect(result.keep.map((planned) => planned.reason.code)).toEqual(["has-children", "has-children", "newer"]);
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

test("nothing that isn't ours, is guarded, in use, or has a child that stays is ever deleted", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyListed, { selector: ({ id }) => id, maxLength: 13 }), (all) => {
      const result = plan(all, policy);
      const stays = new Set(result.keep.map((planned) => planned.listed.id));
      expect(result.delete.length + result.keep.length).toBe(all.length);
      for (const { listed: gone } of result.delete) {
        expect(gone.tag).toBeDefined();
        expect(gone.name.startsWith("offshoot/")).toBe(true);
        expect(gone.guarded).toBeUndefined();
        expect(gone.sessions ?? 0).toBe(0);
        expect(all.filter((child) => child.parentId === gone.id).some((child) => stays.has(child.id))).toBe(false);
      }
    }),
  );
});
