import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE_PREFIX, baseName, branchName, databaseName } from "../../../src/identity/name.ts";
import type { RunIdentity } from "../../../src/identity/run-identity.ts";
import { runIdentity } from "../../support/run-identity.ts";

const run = (repository: string, key: string): RunIdentity => runIdentity({ repository, key });

/** Arbitrary texts, and texts that become equal when unsafe characters are replaced. */
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 90, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom("a", "A", "-", "/", "_", ".", "é") }),
  fc.tuple(fc.constant("a".repeat(60)), fc.string({ maxLength: 3 })).map((parts) => parts.join("")),
);

describe("branchName", () => {
  test.each([
    ["acme/shop", "run-17812345678", "offshoot/acme/shop/run-17812345678"],
    ["acme/platform/shop", "pr-7", "offshoot/acme/platform/shop/pr-7"],
    ["shop", "ada-main", "offshoot/shop/ada-main"],
  ])("repository %s and key %s need no hash", (repository, key, name) => {
    expect(branchName(run(repository, key))).toBe(name);
  });

  test.each([
    ["acme/shop", "ada-fix/outbox order", /^offshoot\/acme\/shop\/ada-fix-outbox-order--[0-9a-f]{10}$/],
    ["Acme/Shop", "run-1", /^offshoot\/acme\/shop\/run-1--[0-9a-f]{10}$/],
    ["acme/shop", "日本", /^offshoot\/acme\/shop\/run--[0-9a-f]{10}$/],
    ["acme/shop", "a--b", /^offshoot\/acme\/shop\/a-b--[0-9a-f]{10}$/],
    ["", "", /^offshoot\/repository\/run--[0-9a-f]{10}$/],
    ["base", "0123456789abcdef", /^offshoot\/repository-base\/0123456789abcdef--[0-9a-f]{10}$/],
    ["base/shop", "run-1", /^offshoot\/repository-base\/shop\/run-1--[0-9a-f]{10}$/],
  ])("repository %j and key %j are replaced by safe characters and a hash", (repository, key, name) => {
    expect(branchName(run(repository, key))).toMatch(name);
  });

  test("a name has at most 120 safe characters and never starts with the prefix of bases", () => {
    fc.assert(
      fc.property(text, text, (repository, key) => {
        const name = branchName(run(repository, key));
        expect(name).toMatch(/^offshoot(\/[a-z0-9]+(-[a-z0-9]+)*)+(--[0-9a-f]{10})?$/);
        expect(name.length).toBeLessThanOrEqual(120);
        expect(name.startsWith(BASE_PREFIX)).toBe(false);
      }),
    );
  });

  test("two runs never have the same name", () => {
    fc.assert(
      fc.property(text, text, text, text, (repository, key, otherRepository, otherKey) => {
        const same = repository === otherRepository && key === otherKey;
        expect(branchName(run(repository, key)) === branchName(run(otherRepository, otherKey))).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test("runs that differ only in replaced or cut characters have different names", () => {
    const keys = ["a/b", "a-b", "a_b", "A-b", "a--b", "-a-b", "x".repeat(200), "x".repeat(201)];
    expect(new Set(keys.map((key) => branchName(run("acme/shop", key)))).size).toBe(keys.length);
    expect(branchName(run("a/b", "c"))).not.toBe(branchName(run("a", "b/c")));
  });

  test("every attempt and shard of a run has the same name", () => {
    const first = run("acme/shop", "run-1");
    const again: RunIdentity = { ...first, attempt: 3, shard: "2", ref: "main" };
    expect(branchName(again)).toBe(branchName(first));
  });
});

test("the name of a base has the first 16 digits of its fingerprint", () => {
  expect(baseName("0123456789abcdef0123456789abcdef")).toBe("offshoot/base/0123456789abcdef");
});

describe("databaseName", () => {
  test("a name resembles the branch name and ends in a hash", () => {
    expect(databaseName("offshoot/acme/shop/run-1")).toMatch(/^offshoot_acme_shop_run_1_[0-9a-f]{10}$/);
  });

  test("a name is an identifier of at most 63 bytes that needs no quotes", () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(databaseName(name)).toMatch(/^offshoot(_[a-z0-9]+)+$/);
        expect(Buffer.byteLength(databaseName(name))).toBeLessThanOrEqual(63);
      }),
    );
  });

  test("two branch names never have the same database name", () => {
    fc.assert(
      fc.property(text, text, (name, other) => {
        expect(databaseName(name) === databaseName(other)).toBe(name === other);
      }),
      { numRuns: 2000 },
    );
  });
});
