import { describe, expect, test } from "vitest";
import { OffshootError } from "../../../../src/errors.ts";
import { parseTraffic } from "../../../../src/rehearsal/traffic/parse.ts";

const FILE = `version: 1
rate: 50
timeout: 2s
statements:
  - name: open an order
    sql: select * from orders where id = $1 and state = $2
    weight: 8
    values:
      - between: [1, 1000]
      - oneOf: [new, 42, true]
  - sql: |
      update orders set note = $1
      where id = $2
    values:
      - ~
      - query: select id from orders
`;

const problemsOf = (text: string): readonly string[] => {
  try {
    parseTraffic(text, "traffic.yaml");
    return [];
  } catch (thrown) {
    return thrown instanceof OffshootError && thrown.code === "CONFIG_INVALID" ? thrown.message.split("\n") : [String(thrown)];
  }
};

test("reads statements with their weights and values, and has defaults for the rest", () => {
  const { statements, ...rest } = parseTraffic(FILE, "traffic.yaml");
  expect(rest).toEqual({ file: "traffic.yaml", ratePerSecond: 50, sessions: 4, beforeMs: 3000, afterMs: 3000, timeoutMs: 2000 });
  expect(statements).toEqual([
    {
      name: "open an order",
      sql: "select * from orders where id = $1 and state = $2",
      weight: 8,
      values: [
        { kind: "between", from: 1, to: 1000 },
        { kind: "oneOf", values: ["new", "42", true] },
      ],
      line: 5,
    },
    {
      name: "update orders set note = $1 where id = $2",
      sql: "update orders set note = $1\nwhere id = $2\n",
      weight: 1,
      values: [
        { kind: "constant", value: null },
        { kind: "query", sql: "select id from orders", line: 16 },
      ],
      line: 11,
    },
  ]);
});

const ONE = "statements:\n  - sql: select 1 from a\n";

describe("names the file, the line and the key of a problem", () => {
  test.each([
    ["an empty file", "", /^traffic\.yaml:1: "version" is missing/],
    ["a misspelt key", `version: 1\nrat: 5\n${ONE}`, /^traffic\.yaml:2: unknown key "rat"\. Did you mean "rate"\?$/],
    ["no statement", "version: 1\nstatements: []\n", /^traffic\.yaml:2: statements must have a statement$/],
    ["a rate that is too high", `version: 1\nrate: 100000\n${ONE}`, /^traffic\.yaml:2: rate must be a whole number from 1 to 500$/],
    ["too many sessions", `version: 1\nsessions: 900\n${ONE}`, /^traffic\.yaml:2: sessions must be a whole number from 1 to 20$/],
    ["a wait that is not a duration", `version: 1\nbefore: soon\n${ONE}`, /^traffic\.yaml:2: before must be a duration of at most 5m/],
    ["a wait that is too long", `version: 1\nafter: 2h\n${ONE}`, /^traffic\.yaml:2: after must be a duration of at most 5m/],
    [
      "a value that was not filled in",
      "version: 1\nstatements:\n  - sql: select 1 from a where b = $1\n    values:\n      - FILL_IN # $1\n",
      /^traffic\.yaml:5: statements\.1\.values\.1 must be filled in: write a value, between, oneOf or query$/,
    ],
    [
      "a missing value",
      "version: 1\nstatements:\n  - sql: select 1 from a where b = $1\n",
      /^traffic\.yaml:3: values must have 1 entries, not 0: sql has the parameter \$1$/,
    ],
    [
      "a value too many",
      "version: 1\nstatements:\n  - sql: select 1 from a\n    values: [1]\n",
      /^traffic\.yaml:4: values must have 0 entries, not 1: sql has no parameter$/,
    ],
    [
      "two statements in one text",
      "version: 1\nstatements:\n  - sql: select 1 from a; select 2\n",
      /^traffic\.yaml:3: sql must be one statement/,
    ],
    [
      "a change of the schema",
      "version: 1\nstatements:\n  - name: x\n    sql: drop table a\n",
      /^traffic\.yaml:4: sql must be a select, insert, update, delete or merge$/,
    ],
    ["a begin", "version: 1\nstatements:\n  - sql: begin\n", /^traffic\.yaml:3: sql must be a select, insert, update, delete or merge$/],
    [
      "an unknown kind of value",
      "version: 1\nstatements:\n  - sql: select 1 from a where b = $1\n    values:\n      - random: 5\n",
      /^traffic\.yaml:5: /,
    ],
  ])("%s", (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(expected);
  });
});

test("accepts a statement with a comment, a semicolon at its end, and a common table expression that writes", () => {
  expect(problemsOf("version: 1\nstatements:\n  - sql: |\n      -- why\n      select 1 from a;\n")).toEqual([]);
  expect(problemsOf("version: 1\nstatements:\n  - sql: with old as (delete from a returning *) select * from old\n")).toEqual([]);
});
