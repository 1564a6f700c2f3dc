import * as fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { lastingRows, type Line, liveRow } from "../../../../src/cli/terminal/layout.ts";

const plain = (_part: string, text: string): string => text;
const line: Line = { symbol: "✓", label: "database", text: "neon · shop/ada-main, from main, until Sat 18:00", elapsed: "1.4 s" };

test("a line has its symbol, its label, its facts, and its time at the right edge", () => {
  expect(lastingRows(line, 80, plain)).toEqual(["✓ database   neon · shop/ada-main, from main, until Sat 18:00             1.4 s"]);
});

test("a text that is too long continues below itself", () => {
  expect(lastingRows(line, 50, plain)).toEqual(["✓ database   neon · shop/ada-main, from     1.4 s", "             main, until Sat 18:00"]);
});

test("no row ends with a separator", () => {
  const long = { ...line, text: `neon · shop/ada-${"feature-".repeat(5)}1, until Sat 18:00` };
  expect(lastingRows(long, 60, plain)).toEqual([
    "✓ database   neon                                     1.4 s",
    "             shop/ada-feature-feature-feature-",
    "             feature-feature-1, until Sat 18:00",
  ]);
});

test("a line that changes is cut to one row", () => {
  expect(liveRow(line, 50, "…", plain)).toBe("✓ database   neon · shop/ada-main, from m…  1.4 s");
});

test("a wide terminal does not move the time away from its text", () => {
  expect(stringWidth(liveRow(line, 300, "…", plain))).toBe(100);
});

test("no row is as wide as the terminal, also with wide characters and long words", () => {
  const texts = fc.array(fc.constantFrom("a", "word", "漢字", "🐘", "x".repeat(90), "·")).map((words) => words.join(" "));
  fc.assert(
    fc.property(texts, fc.integer({ min: 40, max: 130 }), (text, columns) => {
      const long = { ...line, text };
      for (const row of [...lastingRows(long, columns, plain), liveRow(long, columns, "…", plain)])
        expect(stringWidth(row)).toBeLessThan(columns);
      const shown = lastingRows({ ...long, elapsed: "" }, columns, plain)
        .join("")
        .replaceAll(/[\s·]/g, "");
      expect(shown).toBe(`✓database${text.replaceAll(/[\s·]/g, "")}`);
    }),
  );
});
