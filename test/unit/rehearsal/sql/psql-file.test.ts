import { expect, test } from "vitest";
import { tokensOfFile } from "../../../../src/rehearsal/sql/psql-file.ts";
import { keyOf, statementsIn } from "../../../../src/postgres/sql/split.ts";
import { tokensOf } from "../../../../src/postgres/sql/tokens.ts";

const split = (text: string): readonly (readonly [number, string])[] =>
  statementsIn(text, tokensOfFile(text)).map(({ line, tokens }) => [line, keyOf(tokens)]);

test("rows of COPY are not part of a statement, whatever is in them", () => {
  expect(
    split(`begin;
copy config (key, value) from stdin;
it's\t"a;
$$\t/* b
\\.
alter table customer add column z int;
`),
  ).toEqual([
    [1, "begin"],
    [2, "copy config ( key , value ) from stdin"],
    [6, "alter table customer add column z int"],
  ]);
});

test("several COPY statements in a line have their rows one after the other, and what follows them in the line is a statement", () => {
  expect(split("copy a from stdin; COPY b FROM STDIN with (format csv); select 1;\r\n1\r\n\\.\r\nit's\r\n\\.\r\nselect 2;\r\n")).toEqual([
    [1, "copy a from stdin"],
    [1, "copy b from stdin with ( format csv )"],
    [1, "select 1"],
    [6, "select 2"],
  ]);
});

test("commands of psql are not part of a statement, and some of them end it", () => {
  expect(
    split(`\\set ON_ERROR_STOP 1
alter table a add b int;
select 1 \\gset x_
\\copy a from stdin csv
it's
\\.
\\echo 'its' \\\\ select 2 \\; select 3;
copy a from stdin \\g
it's
\\.
select 4`),
  ).toEqual([
    [2, "alter table a add b int"],
    [3, "select 1"],
    [4, "copy a from stdin csv"],
    [7, "select 2"],
    [7, "select 3"],
    [8, "copy a from stdin"],
    [11, "select 4"],
  ]);
});

test("rows without an end reach to the end of the file", () => {
  expect(split("copy a from stdin;\nit's\n")).toEqual([[1, "copy a from stdin"]]);
});

test("without psql's own parts, the tokens are those of the text", () => {
  const text = "copy a to stdout; select 'a\\b', E'\\'x', $$ \\d $$ -- \\q\n/* \\. */ from stdin;\ncopy a from 'file';\nselect 1";
  expect(tokensOfFile(text)).toEqual(tokensOf(text));
});
