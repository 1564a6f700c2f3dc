import { expect, test } from "vitest";
import { parseBaseline } from "../../../../src/audit/baseline/parse.ts";

const thrownBy = (text: string): unknown => {
  try {
    parseBaseline(text, "b.yaml");
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return undefined;
};

test.each([
  ["", 'b.yaml:1: "version" is missing'],
  ["version: 1\naccepted: [\n", "b.yaml:"],
  [
    "version: 1\naccepted:\n  - { object: a, kind: table, code: mising, severity: error, since: 2026-11-29, reason: old }",
    'Did you mean "missing"?',
  ],
  [
    "version: 1\naccepted:\n  - { object: a, kind: table, code: missing, severity: error, since: soon, reason: old }",
    "b.yaml:3: since must be a day",
  ],
  [
    "version: 1\naccepted:\n  - { object: a, kind: table, code: missing, severity: error, since: 2027-02-30, reason: old }",
    "b.yaml:3: since must be a day",
  ],
  ["version: 1\naccepted:\n  - { object: a, kind: table, code: missing, severity: error, since: 2026-11-29 }", '"reason" is missing'],
  ["version: 1\nacepted: []", 'Did you mean "accepted"?'],
])("reports the line and the problem of %j", (text, problem) => {
  expect(thrownBy(text)).toContain(problem);
});

test("keeps the line of each entry", () => {
  const entry = "{ object: a.b, kind: table, code: missing, severity: error, since: 2026-11-29, reason: old }";
  expect(parseBaseline(`version: 1\naccepted:\n  - ${entry}\n\n  - ${entry}\n`, "b.yaml").accepted.map(({ line }) => line)).toEqual([3, 5]);
});
