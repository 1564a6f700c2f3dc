import { expect, test } from "vitest";
import { matchesPattern, pgrepPattern } from "../../../../src/check/worker/match.ts";

test.each([
  ["worker[.]py", "python worker.py", true],
  ["^python", "sh -c python", false],
  ["worker-[[:digit:]]+$", "worker-12", true],
  ["a[[:space:][:upper:]]b", "aXb", true],
])("the pattern %s and the command line %s", (pattern, command, expected) => {
  expect(matchesPattern(pgrepPattern(pattern), { command })).toBe(expected);
});
