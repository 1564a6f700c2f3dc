import { expect, test } from "vitest";
import { path, quoted } from "../../../src/audit/quote.ts";

test.each([
  ["users", "users"],
  ["Users", '"Users"'],
  ["user", '"user"'],
  ["a b", '"a b"'],
  ['a"b', '"a""b"'],
  ["1st", '"1st"'],
])("%s is written as %s", (name, written) => {
  expect(quoted(name)).toBe(written);
});

test("a path quotes each part by itself", () => {
  expect(path("app", "order", "Total")).toBe('app."order"."Total"');
});
