import { expect, test } from "vitest";
import { keyOf, statementsIn } from "../../../../src/postgres/sql/split.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

const split = (sql: string): readonly (readonly [number, string])[] => statementsIn(sql).map(({ line, tokens }) => [line, keyOf(tokens)]);

test("splits at semicolons outside of strings and bodies, with the line of each statement", () => {
  expect(
    split(`-- first;
create table a (b text default ';');

create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end;
do $$ begin null; end $$;
;
create or replace rule r as on insert to a do also (delete from b where c = (1); select case when true then 1 end;);
ALTER   TABLE a
  add c int`),
  ).toEqual([
    [2, "create table a ( b text default ';' )"],
    [4, "create function f ( ) returns int language sql begin atomic select case when true then 1 end ; select 2 ; end"],
    [5, "do $$ begin null; end $$"],
    [7, "create or replace rule r as on insert to a do also ( delete from b where c = ( 1 ) ; select case when true then 1 end ; )"],
    [8, "alter table a add c int"],
  ]);
});

const key = (sql: string): string => keyOf(tokensOf(sql));

test("two texts of one statement have one key, and other statements another one", () => {
  expect(key("Alter TABLE a /* x */ ADD b int")).toBe(key("alter table a\n add b INT"));
  expect(key('alter table "A" add b int')).not.toBe(key("alter table a add b int"));
  expect(key("select 'A'")).not.toBe(key("select 'a'"));
});
