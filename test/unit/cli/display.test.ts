import { expect, test } from "vitest";
import { plainDisplay } from "../../../src/cli/display.ts";
import type { ForeignOutput } from "../../../src/cli/foreign-output.ts";

const foreign: ForeignOutput = { write: () => {}, breakLine: () => {}, isMidLine: () => false, end: () => {} };

/** The lines for `count` attempts of one call. */
function retries(count: number, isVerbose: boolean): readonly string[] {
  const lines: string[] = [];
  const display = plainDisplay((text) => void lines.push(text), { clean: (text) => text, foreign, isVerbose });
  for (let attempt = 1; attempt <= count; attempt += 1) display.emit({ kind: "retry", text: "Neon is busy.", attempt, waitMs: 2000 });
  return lines;
}

test("an outage prints its first attempts, and then fewer and fewer", () => {
  expect(retries(29, false)).toEqual([1, 2, 4, 8, 16].map((attempt) => `retry    Neon is busy. (attempt ${attempt}, in 2.0 s)\n`));
});

test("with --verbose, each attempt is printed", () => {
  expect(retries(29, true)).toHaveLength(29);
});
