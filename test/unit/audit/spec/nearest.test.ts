import { expect, test } from "vitest";
import { nearest } from "../../../../src/audit/spec/nearest.ts";

test.each([
  ["colums", "columns"],
  ["tabels", "tables"],
  ["index", "indexes"],
  ["Tables", "tables"],
  ["xyzzy", undefined],
  ["", undefined],
])("the nearest to %j is %j", (word, expected) => {
  expect(nearest(word, ["tables", "columns", "indexes", "functions"])).toBe(expected);
});
