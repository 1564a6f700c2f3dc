import * as fc from "fast-check";
import { expect, test } from "vitest";
import { keepStyle, matchLines } from "../../../../src/audit/spec-updater/keep-style.ts";

const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });

/** The length of the longest common subsequence, by its definition. */
function longest(one: readonly string[], other: readonly string[]): number {
  const [first, ...rest] = one;
  if (first === undefined || other.length === 0) return 0;
  const at = other.indexOf(first);
  const without = longest(rest, other);
  return at < 0 ? without : Math.max(without, 1 + longest(rest, other.slice(at + 1)));
}

test("matches as many equal lines as possible, in order", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const matches = matchLines(one, other);
      expect(matches).toHaveLength(one.length);
      const pairs = [...matches.entries()].flatMap(([from, to]) => (to === undefined ? [] : [[from, to] as const]));
      expect(pairs.every(([from, to]) => one[from] === other[to])).toBe(true);
      expect(pairs.every(([, to], at) => at === 0 || to > (pairs[at - 1]?.[1] ?? 0))).toBe(true);
      expect(pairs).toHaveLength(longest(one, other));
    }),
  );
});

test("returns the original text, in any style, when nothing changed", () => {
  fc.assert(
    fc.property(text, text, (original, plain) => {
      expect(keepStyle(original.join("\n"), plain.join("\n"), plain.join("\n"))).toBe(original.join("\n"));
    }),
  );
});

test("returns the changed text when the original has the style of YAML's writer", () => {
  fc.assert(
    fc.property(text, text, (original, changed) => {
      expect(keepStyle(original.join("\n"), original.join("\n"), changed.join("\n"))).toBe(changed.join("\n"));
    }),
  );
});

test("keeps the bytes of lines in another style beside the line that changed", () => {
  expect(keepStyle("a:   1\r\nb:  2\r\nc: 3", "a: 1\nb: 2\nc: 3", "a: 1\nb: 5\nc: 3")).toBe("a:   1\r\nb: 5\r\nc: 3");
});
