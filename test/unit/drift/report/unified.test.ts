import * as fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "../../../../src/drift/report/lines.ts";

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
  ["a line that comes", "a c", "a b c", "a +b c"],
  ["a line that goes", "a b c", "a c", "a -b c"],
  ["a line that changes", "a b c", "a x c", "a -b +x c"],
  ["nothing that becomes something", "", "a b", "+a +b"],
  ["all of it", "a b", "", "-a -b"],
  ["three lines around a change, and no more", "1 2 3 4 5 x 6 7 8 9 10", "1 2 3 4 5 y 6 7 8 9 10", "3 4 5 -x +y 6 7 8"],
  ["what lies between two changes", "x 1 2 3 4 5 6 7 8 y", "X 1 2 3 4 5 6 7 8 Y", "-x +X 1 2 3 ... 6 7 8 -y +Y"],
])("%s", (_, before, after, diff) => {
  expect(shown(before, after)).toBe(diff);
});

test("what is shown leads from the one text to the other, with no more changes than the other way round", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(ofSign(before, after, "+") - ofSign(before, after, "-")).toBe(after.length - before.length);
      expect(ofSign(before, after, "+")).toBe(ofSign(after, before, "-"));
    }),
  );
});

test("a text of many thousand lines is shown as replaced, in time that grows with its length", () => {
  const lines = diffLines(many("old"), many("new"));
  expect(lines.filter(({ sign }) => sign === "-")).toHaveLength(20_000);
  expect(lines.filter(({ sign }) => sign === "+")).toHaveLength(20_000);
});
