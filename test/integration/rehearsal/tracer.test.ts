import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PATTERNS } from "../../support/rehearsal/patterns.ts";
import { CODES } from "../../../src/rehearsal/codes.ts";

const page = readFileSync(new URL("../../../docs/rehearsal-patterns.md", import.meta.url), "utf8");
const [, table = ""] = /<!-- tracer -->\n[^\n]*\n[^\n]*\n([^]*?)<!-- tracer:end -->/.exec(page) ?? [];
const rows = table
  .trim()
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));

test("the comparison with a tracer has the locks and rewrites of the patterns that were measured", () => {
  expect(rows).toHaveLength(15);
  for (const [, hint, , name = "", lock, rewritten] of rows) {
    if (name.startsWith("none")) continue;
    const pattern = PATTERNS.find((each) => each.name === name);
    expect([hint, lock, rewritten]).toEqual([hint, pattern?.lock, pattern?.rewrites === true ? "yes" : "no"]);
  }
});

test("the comparison names only findings that exist", () => {
  const named = rows.flatMap((cells) => [...(cells[6] ?? "").matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map((match) => match[1] ?? ""));
  expect(named.filter((code) => !(code in CODES))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});
