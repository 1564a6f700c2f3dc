import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE_PREFIX, baseName, branchName, databaseName } from "../../../src/identity/name.ts";
import type { RunIdentity } from "../../../src/identity/run-identity.ts";

const run = (repository: string, key: string): RunIdentity => ({
  repository,
  key,
  ref: undefined,
  pullRequest: undefined,
  invocation: undefined,
  attempt: 1,
  shard: undefined,
  source: "flag",
});

/** Texts that meet once they are made safe, beside arbitrary ones. */
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 90, unit: "grapheme" }),
  fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom("a", "A", "-", "/", "_", ".", "é") }),
  fc.tuple(fc.constant("a".repeat(60)), fc.string({ maxLength: 3 })).map((parts) => parts.join("")),
);

describe("a branch's name", () => {
  test.each([
    ["acme/shop", "run-17812345678", "offshoot/acme/shop/run-17812345678"],
    ["acme/platform/shop", "pr-7", "offshoot/acme/platform/shop/pr-7"],
    ["shop", "ada-main", "offshoot/shop/ada-main"],
  ])("of %s and %s is plain", (repository, key, name) => {
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
  ])("of %j and %j is made safe and gets a hash", (repository, key, name) => {
    expect(branchName(run(repository, key))).toMatch(name);
  });

  test("has safe characters, at most 120 of them, and never a base's prefix", () => {
    fc.assert(
      fc.property(text, text, (repository, key) => {
        const name = branchName(run(repository, key));
        expect(name).toMatch(/^offshoot(\/[a-z0-9]+(-[a-z0-9]+)*)+(--[0-9a-f]{10})?$/);
        expect(name.length).toBeLessThanOrEqual(120);
        expect(name.startsWith(BASE_PREFIX)).toBe(false);
      }),
    );
  });

  test("is never shared by two runs", () => {
    fc.assert(
      fc.property(text, text, text, text, (repository, key, otherRepository, otherKey) => {
        const same = repository === otherRepository && key === otherKey;
        expect(branchName(run(repository, key)) === branchName(run(otherRepository, otherKey))).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test("keeps runs apart that differ only in what is cut or replaced", () => {
    const keys = ["a/b", "a-b", "a_b", "A-b", "a--b", "-a-b", "x".repeat(200), "x".repeat(201)];
    expect(new Set(keys.map((key) => branchName(run("acme/shop", key)))).size).toBe(keys.length);
    expect(branchName(run("a/b", "c"))).not.toBe(branchName(run("a", "b/c")));
  });

  test("is the same for every attempt and shard", () => {
    const first = run("acme/shop", "run-1");
    const again: RunIdentity = { ...first, attempt: 3, shard: "2", ref: "main" };
    expect(branchName(again)).toBe(branchName(first));
  });
});

test("a base's name has the first 16 digits of its fingerprint", () => {
  expect(baseName("0123456789abcdef0123456789abcdef")).toBe("offshoot/base/0123456789abcdef");
});

describe("a database's name", () => {
  test("reads like the branch's and ends in a hash", () => {
    expect(databaseName("offshoot/acme/shop/run-1")).toMatch(/^offshoot_acme_shop_run_1_[0-9a-f]{10}$/);
  });

  test("is an identifier of at most 63 bytes that needs no quotes", () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(databaseName(name)).toMatch(/^offshoot(_[a-z0-9]+)+$/);
        expect(Buffer.byteLength(databaseName(name))).toBeLessThanOrEqual(63);
      }),
    );
  });

  test("is never shared by two names", () => {
    fc.assert(
      fc.property(text, text, (name, other) => {
        expect(databaseName(name) === databaseName(other)).toBe(name === other);
      }),
      { numRuns: 2000 },
    );
  });
});
