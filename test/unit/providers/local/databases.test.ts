import { expect, test } from "vitest";
import { commentOn, formatComment, parseComment } from "../../../../src/providers/local/databases.ts";
import { tagWith } from "./tags.ts";

test("a comment contains the tag and the time of the last use", () => {
  const tag = tagWith({ kind: "base", expires: undefined, fingerprint: "f".repeat(64) });
  const used = new Date("2026-02-03T04:05:06Z");
  expect(parseComment(formatComment(tag, used))).toEqual({ tag, lastUsedAt: used });
  expect(parseComment(formatComment(tag))).toEqual({ tag, lastUsedAt: undefined });
});

test.each([
  null,
  "",
  "default administrative connection database",
  "offshoot: {}",
  'offshoot: {"tool":"offshoot"}',
  "last used 2026-02-03T04:05:06Z",
])("the comment %j has no tag", (text) => {
  expect(parseComment(text)).toEqual({ tag: undefined, lastUsedAt: undefined });
});

test("quotes in names and tags are escaped", () => {
  const statement = commentOn('a"b', formatComment(tagWith({ ref: 'it\'s \\ "x"' })));
  expect(statement).toMatch(/^comment on database "a""b" is E'offshoot: .*it''s.*'$/);
});
