import { expect, test } from "vitest";
import { commentOn, formatComment, parseComment } from "../../../../src/providers/local/comment.ts";
import { tagWith } from "./tags.ts";

test("tag and last use survive the comment", () => {
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
])("%j is nobody's tag", (text) => {
  expect(parseComment(text)).toEqual({ tag: undefined, lastUsedAt: undefined });
});

test("quotes in names and tags stay text", () => {
  const statement = commentOn('a"b', formatComment(tagWith({ ref: 'it\'s \\ "x"' })));
  expect(statement).toMatch(/^comment on database "a""b" is E'offshoot: .*it''s.*'$/);
});
