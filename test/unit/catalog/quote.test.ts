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
])("%s is written as %s", (name, written) => {
  expect(quoted(name)).toBe(written);
});

test("a path quotes each part by itself", () => {
  expect(path("app", "order", "Total")).toBe('app."order"."Total"');
});

test.each([
  ["json", ["json", '"json"']],
  ["Total", ['"Total"']],
])("%s may be written by a server as %j", (name, written) => {
  expect(spellings(name)).toEqual(written);
});
