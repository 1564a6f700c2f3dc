import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { dotenvLines } from "../../../src/ci/shell.ts";
import { mergeDotenv } from "../../../src/context/dotenv.ts";

const lines = ['DATABASE_URL="new"', 'PGHOST="there"'];

test("a variable gets its value where it is, once, and the others are added at the end", () => {
  const text = "# mine\nA=1\nexport DATABASE_URL=old\n\nDATABASE_URL='older'\nDATABASE_URLS=other";
  expect(mergeDotenv(text, lines)).toBe('# mine\nA=1\nexport DATABASE_URL="new"\n\nDATABASE_URLS=other\nPGHOST="there"\n');
});

test("an empty file gets only the lines, and a second time changes nothing", () => {
  const once = mergeDotenv("", lines);
  expect(once).toBe(`${lines.join("\n")}\n`);
  expect(mergeDotenv(once, lines)).toBe(once);
});

test("a value of several lines is kept whole, also where a line looks like a variable", () => {
  const key = 'KEY="-----BEGIN\nDATABASE_URL=not a variable\n-----END"\n';
  expect(mergeDotenv(key, lines)).toBe(`${key}${lines.join("\n")}\n`);
});

test("replaced and added lines have the line ends and the export of their neighbours", () => {
  expect(mergeDotenv("export A='1'\r\nexport DATABASE_URL=old\r\n", lines)).toBe(
    'export A=\'1\'\r\nexport DATABASE_URL="new"\r\nexport PGHOST="there"\r\n',
  );
  // A file of Windows whose last line has no end.
  expect(mergeDotenv("A=1\r\nLAST=2", lines)).toBe('A=1\r\nLAST=2\r\nDATABASE_URL="new"\r\nPGHOST="there"\r\n');
  expect(mergeDotenv("export DATABASE_URL=old\nA=1\n", lines)).toBe('export DATABASE_URL="new"\nA=1\nPGHOST="there"\n');
});

test("a quote that is never closed hides no other line", () => {
  expect(mergeDotenv('A="open\nDATABASE_URL=old\n', lines)).toBe('A="open\nDATABASE_URL="new"\nPGHOST="there"\n');
});

test("a shell reads every value that was written", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "'", '"', "$", "`", "\\", "!", "#", " ", "=") }), (value) => {
      const text = mergeDotenv("OTHER=1\n", dotenvLines({ VALUE: value }));
      expect(execFileSync("sh", ["-c", `${text}printf %s "$VALUE"`]).toString()).toBe(value);
    }),
    { numRuns: 30 },
  );
});
