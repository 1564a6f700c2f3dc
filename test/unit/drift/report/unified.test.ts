import * as fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "../../../../src/drift/report/unified.ts";

const words = (text: string): readonly string[] => (text === "" ? [] : text.split(" "));
const shown = (before: string, after: string): string =>
  diffLines(words(before), words(after))
    .map(({ sign, text }) => (sign === " " ? text : `${sign}${text}`))
    .join(" ");

const ofSign = (before: readonly string[], after: readonly string[], sign: string) =>
  diffLines(before, after).filter((line) => line.sign === sign).length;
const many = (word: string): readonly string[] => Array.from({ length: 20_000 }, (_, line) => `${word} ${line}`);

test.each([
  ["equal texts", "a b c", "a b c", ""],
  ["a new line", "a c", "a b c", "a +b c"],
  ["a removed line", "a b c", "a c", "a -b c"],
  ["a changed line", "a b c", "a x c", "a -b +x c"],
  ["a text that was empty", "", "a b", "+a +b"],
  ["a text that becomes empty", "a b", "", "-a -b"],
  ["a change with three lines around it", "1 2 3 4 5 x 6 7 8 9 10", "1 2 3 4 5 y 6 7 8 9 10", "3 4 5 -x +y 6 7 8"],
  ["two changes with many lines between them", "x 1 2 3 4 5 6 7 8 y", "X 1 2 3 4 5 6 7 8 Y", "-x +X 1 2 3 ... 6 7 8 -y +Y"],
])("shows %s", (_, before, after, diff) => {
  expect(shown(before, after)).toBe(diff);
});

test("the shown lines change one text into the other, with as many changes as in the opposite direction", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(ofSign(before, after, "+") - ofSign(before, after, "-")).toBe(after.length - before.length);
      expect(ofSign(before, after, "+")).toBe(ofSign(after, before, "-"));
    }),
  );
});

test("a text with thousands of changed lines is shown as replaced, in a short time", () => {
  const lines = diffLines(many("old"), many("new"));
  expect(lines.filter(({ sign }) => sign === "-")).toHaveLength(20_000);
  expect(lines.filter(({ sign }) => sign === "+")).toHaveLength(20_000);
});
