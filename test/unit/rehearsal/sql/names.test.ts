import { expect, test } from "vitest";
import { derivedName } from "../../../../src/rehearsal/sql/names.ts";

test.each([
  ["email", "not_null", "email_not_null"],
  ["Email", "new", "email_new"],
  ['"Weird Col"', "not_null", '"Weird Col_not_null"'],
  ['"a""b"', "new", '"a""b_new"'],
  ['app."Order.Items"', "new", '"Order.Items_new"'],
  ['"App.x".orders', "new", "orders_new"],
  ["x".repeat(63), "new", `${"x".repeat(59)}_new`],
  [`"${"ü".repeat(31)}"`, "not_null", `"${"ü".repeat(27)}_not_null"`],
])("%s with the ending %s is %s", (written, ending, name) => {
  expect(derivedName([written], ending)).toBe(name);
});
