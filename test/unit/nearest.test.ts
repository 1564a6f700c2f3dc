import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nearest } from "../../src/nearest.ts";

describe("editDistance", () => {
  test.each([
    ["", "", 0],
    ["neon", "neon", 0],
    ["neno", "neon", 1],
    ["nen", "neon", 1],
    ["neeon", "neon", 1],
    ["noon", "neon", 1],
    ["kitten", "sitting", 3],
    ["", "abc", 3],
  ])("of %j and %j is %i", (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance);
  });

  test("is symmetric, and zero only for equal words", () => {
    const word = fc.string({ maxLength: 12, unit: fc.constantFrom("a", "b", "c") });
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(editDistance(one, other)).toBe(editDistance(other, one));
        expect(editDistance(one, other) === 0).toBe(one === other);
      }),
    );
  });

  test("is infinite for words of very different lengths", () => {
    expect(editDistance("a".repeat(1_000_000), "a")).toBe(Infinity);
  });
});

describe("nearest", () => {
  const names = ["provider", "postgres", "schemaOnly", "ttl", "run"];

  test.each([
    ["provder", "provider"],
    ["PROVIDER", "provider"],
    ["schema-only", "schemaOnly"],
    ["schema_only", "schemaOnly"],
    ["tll", "ttl"],
    ["post", "postgres"],
    ["ttl", undefined],
    ["", undefined],
    ["colour", undefined],
    ["x", undefined],
  ])("suggests for %j the name %j", (word, meant) => {
    expect(nearest(word, names)).toBe(meant);
  });

  test("finds every long name with one missing letter", () => {
    fc.assert(
      fc.property(fc.constantFrom("provider", "postgres", "schemaOnly"), fc.nat(), (name, at) => {
        const cut = at % name.length;
        expect(nearest(name.slice(0, cut) + name.slice(cut + 1), names)).toBe(name);
      }),
    );
  });
});
