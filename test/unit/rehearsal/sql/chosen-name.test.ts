import { expect, test } from "vitest";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";
import { onlyColumn } from "../../../../src/rehearsal/sql/chosen-name.ts";

test("the name of a type after a cast is not a column, also where a column has that name", () => {
  expect(onlyColumn(tokensOf("mood::mood = 'ok'::mood and a > 1"), new Set(["a", "b"]))).toBe("a");
  expect(onlyColumn(tokensOf("a::b > 1"), new Set(["a", "b"]))).toBe("a");
});
