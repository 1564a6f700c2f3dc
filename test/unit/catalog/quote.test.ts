import { expect, test } from "vitest";
import { path, quoted, spellings } from "../../../src/catalog/quote.ts";

test.each([
  ["users", "users"],
  ["Users", '"Users"'],
  ["user", '"user"'],
  ["a b", '"a b"'],
  ['a"b', '"a""b"'],
  ["1st", '"1st"'],
  ["xmltable", '"xmltable"'],
])("the name %s is written as %s", (name, written) => {
  expect(quoted(name)).toBe(written);
});

test("each part of a path is quoted separately", () => {
  expect(path("app", "order", "Total")).toBe('app."order"."Total"');
});

test.each([
  ["json", ["json", '"json"']],
  ["Total", ['"Total"']],
])("a server can write the name %s as one of %j", (name, written) => {
  expect(spellings(name)).toEqual(written);
});
