import { describe, expect, test } from "vitest";
import type { SweepRule } from "../../../src/config/settings.ts";
import type { Listed } from "../../../src/providers/provider.ts";
import { planAlso } from "../../../src/sweep/also.ts";
import { savingsOf } from "../../../src/sweep/savings.ts";

const NOW = new Date("2026-11-01T12:00:00Z");
const DAY = 86_400_000;

function branch(name: string, change: Partial<Listed> = {}): Listed {
  return {
    provider: "neon",
    id: `br-${name}`,
    name,
    kind: "foreign",
    tag: undefined,
    createdAt: new Date(NOW.getTime() - 40 * DAY),
    expiresAt: undefined,
    lastUsedAt: new Date(NOW.getTime() - 39 * DAY),
    sessions: undefined,
    sizeBytes: 2 ** 20,
    guarded: undefined,
    parentId: "br-main",
    broken: false,
    ...change,
  };
}

const RULE: SweepRule = {
  match: "preview/pr-*",
  closed: true,
  repository: "acme/shop",
  olderThanMs: 30 * DAY,
  expireInMs: undefined,
  reason: "left by the preview job",
};

function planned(all: readonly Listed[], rules: readonly SweepRule[] = [RULE]) {
  const closed = new Map([["acme/shop", new Set([7, 12])]]);
  return planAlso(all, { rules, now: NOW, idleMs: 900_000, repository: "acme/other", closed });
}
const names = (all: readonly Listed[], rules?: readonly SweepRule[]): readonly string[] =>
  planned(all, rules).delete.map(({ listed }) => listed.name);

describe("a branch of another tool", () => {
  test.each([
    ["preview/pr-12", {}, RULE, "also"],
    ["preview/pr-13", {}, RULE, "not-expired"],
    ["preview/pr-12-fix", {}, RULE, "none"],
    ["preview/pr-012", {}, RULE, "none"],
    ["preview/pr-12\n", {}, RULE, "none"],
    ["my-preview/pr-12", {}, RULE, "none"],
    ["preview/pr-", {}, RULE, "none"],
    ["previewxpr-12", {}, { ...RULE, match: "preview.pr-*" }, "none"],
    ["preview/pr-12", { createdAt: new Date(NOW.getTime() - 29 * DAY) }, RULE, "not-expired"],
    ["preview/pr-12", { createdAt: undefined }, RULE, "not-expired"],
    ["preview/pr-12", {}, { ...RULE, repository: undefined }, "not-expired"],
    ["preview/pr-12", { guarded: "it is protected" }, RULE, "guarded"],
    ["preview/pr-12", { lastUsedAt: new Date(NOW.getTime() - 60_000) }, RULE, "in-use"],
    ["ci-main-1", {}, { ...RULE, match: "ci-*", closed: false }, "also"],
    ["offshoot/acme/shop/run-1", {}, { ...RULE, match: "of*", closed: false }, "none"],
  ] as const)("%j with %j and its rule: %s", (name, change, rule, expected) => {
    const plan = planned([branch(name, change)], [rule]);
    expect([...plan.delete, ...plan.keep][0]?.reason.code ?? "none").toBe(expected);
    expect(plan.delete.length).toBe(expected === "also" ? 1 : 0);
  });

  test("has the facts of its rule in the reason", () => {
    expect(planned([branch("preview/pr-12")]).delete[0]?.reason.text).toBe(
      "left by the preview job (preview/pr-*: pull request 12 of acme/shop is closed, it is 40 d old)",
    );
  });

  test("is decided by the first rule that matches its name", () => {
    const never: SweepRule = { ...RULE, match: "preview/*", closed: false, olderThanMs: 365 * DAY };
    expect(names([branch("preview/pr-12")], [never, RULE])).toEqual([]);
  });
});

describe("parents", () => {
  const parent = branch("preview/pr-7");
  test("are deleted after their children", () => {
    expect(names([parent, branch("preview/pr-12", { parentId: parent.id })])).toEqual(["preview/pr-12", "preview/pr-7"]);
  });

  test.each([
    ["a child without a rule", branch("feature/login", { parentId: parent.id })],
    ["a child that is in use", branch("preview/pr-12", { parentId: parent.id, lastUsedAt: NOW })],
    ["a child of offshoot", branch("offshoot/acme/shop/run-1", { parentId: parent.id })],
  ])("are kept with %s", (_, child) => {
    expect(planned([parent, child]).keep).toContainEqual(
      expect.objectContaining({ listed: parent, reason: expect.objectContaining({ code: "has-children" }) }),
    );
    expect(names([parent, child])).not.toContain(parent.name);
  });

  test("are kept when a child only gets an expiry", () => {
    const expiring: SweepRule = { ...RULE, match: "ci-*", closed: false, expireInMs: 2 * DAY };
    expect(names([parent, branch("ci-1", { parentId: parent.id })], [RULE, expiring])).toEqual(["ci-1"]);
  });
});

test("a rule with expireIn sets an expiry, and never a later one", () => {
  const rule: SweepRule = { ...RULE, expireInMs: 2 * DAY };
  const soon = branch("preview/pr-7", { expiresAt: new Date(NOW.getTime() + DAY) });
  const plan = planned([branch("preview/pr-12"), soon], [rule]);
  expect(plan.delete).toMatchObject([{ listed: { name: "preview/pr-12" }, expireAt: new Date(NOW.getTime() + 2 * DAY) }]);
  expect(plan.keep).toMatchObject([{ listed: { name: "preview/pr-7" }, reason: { code: "not-expired" } }]);
});

test("the savings are counted by reason, with a total", () => {
  const old = new Date("2025-01-01T00:00:00Z");
  const { delete: all } = planned([branch("preview/pr-12", { createdAt: old }), branch("preview/pr-7", { sizeBytes: undefined })]);
  const part = { count: 2, sizeBytes: 2 ** 20, oldestAt: old };
  expect(savingsOf(all)).toEqual([
    { reason: "also", ...part },
    { reason: "total", ...part },
  ]);
  expect(savingsOf([])).toEqual([]);
});
