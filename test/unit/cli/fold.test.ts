import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fold, valueBelow, widthOf } from "../../../src/cli/fold.ts";

test("a line is divided between words, and the rows after the first one are indented", () => {
  expect(fold("error There is no database for the run nobody of the shop.", 30).split("\n")).toEqual([
    "error There is no database",
    "  for the run nobody of the",
    "  shop.",
  ]);
  expect(fold("  It was never created, or it expired already.", 30).split("\n")).toEqual([
    "  It was never created, or it",
    "    expired already.",
  ]);
});

test("a command in backquotes stays whole where it fits", () => {
  expect(fold("  Create it with `offshoot up --run nobody`, or wait.", 42).split("\n")).toEqual([
    "  Create it with",
    "    `offshoot up --run nobody`, or wait.",
  ]);
});

test("blanks that align columns are kept", () => {
  expect(fold("    server  ok  PostgreSQL 18 in /home/ada/pg, it runs", 40).split("\n")).toEqual([
    "    server  ok  PostgreSQL 18 in",
    "      /home/ada/pg, it runs",
  ]);
});

test("a value that does not fit beside its name is below it, and is not divided", () => {
  const url = "https://console.neon.tech/app/projects/quiet-river-12345678/branches/br-small-lake-a1b2c3d4";
  expect(valueBelow(`console   ${url}`, 80)).toBe(`console\n  ${url}`);
  expect(valueBelow(`console   ${url}`, 120)).toBe(`console   ${url}`);
  expect(valueBelow(`console   ${url}`, undefined)).toBe(`console   ${url}`);
  expect(valueBelow("migrations  ready since 14:07, by a job with a long name", 20)).toBe(
    "migrations  ready since 14:07, by a job with a long name",
  );
});

test("a text without a terminal, and one that fits, is not changed", () => {
  expect(fold("a ".repeat(200), undefined)).toBe("a ".repeat(200));
  expect(fold("short", 80)).toBe("short");
  expect([widthOf({ isTTY: false, columns: 80 }), widthOf({ isTTY: true, columns: 0 }), widthOf({ isTTY: true, columns: 60 })]).toEqual([
    undefined,
    undefined,
    60,
  ]);
});

test("no row is wider than the terminal unless a word is, and no character is lost", () => {
  const words = fc.array(fc.stringMatching(/^[a-z`]{1,12}$/), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.integer({ min: 24, max: 120 }), (parts, columns) => {
      const line = parts.join(" ");
      const folded = fold(line, columns);
      expect(folded.replaceAll(/\s+/g, " ")).toBe(line);
      for (const row of folded.split("\n")) expect(row.length).toBeLessThan(columns);
    }),
  );
});
