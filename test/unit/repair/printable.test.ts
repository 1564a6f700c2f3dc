import { expect, test } from "vitest";
import { printable } from "../../../src/repair/printable.ts";

test.each([
  ["comment on table t is 'a\u001b[2Jb'", "comment on table t is E'a\\x1b[2Jb'"],
  ["comment on table t is 'a\\b\u0007''c'", "comment on table t is E'a\\\\b\\x07''c'"],
  ["comment on table t is E'a\\\\b\u0007'", "comment on table t is E'a\\\\b\\x07'"],
  ["comment on table t is '\u202eevil'", "comment on table t is E'\\u202eevil'"],
  ['drop table "a\r\\!""b"', 'drop table U&"a\\000d\\\\!""b"'],
  ["create function f() returns text as $f$ select 'a\u0007\\b' $f$", "create function f() returns text as E' select ''a\\x07\\\\b'' '"],
  ["create function f() as $f$\r\nbegin end $f$", "create function f() as $f$\r\nbegin end $f$"],
  ['do $offshoot$\nbegin\n  drop table "a\u0007";\nend\n$offshoot$', 'do $offshoot$\nbegin\n  drop table U&"a\\0007";\nend\n$offshoot$'],
  ['select list[1:"USER"], list[1:size], a::text, \':x\', ":y"', 'select list[1: "USER"], list[1: size], a::text, \':x\', ":y"'],
  ["select some$x$y, e'\u0007'", "select some$x$y, E'\\x07'"],
  ["select 'a\nb\tc', $$plain :x$$", "select 'a\nb\tc', $$plain :x$$"],
])("a statement is shown completely: %j", (sql, shown) => {
  expect(printable(sql)).toBe(shown);
});
