import { expect, test } from "vitest";
import { parseBaseline } from "../../src/audit/baseline/parse.ts";
import { parseSpec } from "../../src/audit/spec/parse.ts";
import { parseTraffic } from "../../src/rehearsal/traffic/parse.ts";
import { problemLines } from "../../src/yaml-errors.ts";

const KEYS = Array.from({ length: 120 }, (_, at) => `unknown${at}: 1\n`).join("");

test.each<[name: string, parse: (text: string, file: string) => unknown]>([
  ["spec", parseSpec],
  ["baseline", parseBaseline],
  ["traffic", parseTraffic],
])("a %s with more than fifty problems shows the first of them, and how many there are", (_, parse) => {
  let message = "";
  try {
    parse(`version: 1\n${KEYS}`, "a.yaml");
  } catch (thrown) {
    message = (thrown as Error).message;
  }
  const lines = message.split("\n");
  expect(lines).toHaveLength(51);
  expect(lines[0]).toContain("a.yaml:");
  expect(lines.at(-1)).toMatch(/^and \d+ more lines like these$/);
});

test("each line is shown once, and fifty of them without a remark", () => {
  const fifty = Array.from({ length: 50 }, (_, at) => `a.yaml:${at}: wrong`);
  expect(problemLines([...fifty, ...fifty])).toBe(fifty.join("\n"));
});
