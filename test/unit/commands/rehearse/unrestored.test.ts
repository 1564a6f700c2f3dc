import { expect, test } from "vitest";
import { missingParts, type Part } from "../../../../src/commands/rehearse/original/parts.ts";
import { tablesWithoutRows, unrestored as unrestoredWith } from "../../../../src/commands/rehearse/unrestored.ts";
import { knownNames } from "../../../../src/rehearsal/sql/known-names.ts";

const isKnown = knownNames(["vector", "rate", "orders", "helper", "text"]);
const unrestored = (output: string, missing: readonly Part[] = []): string => unrestoredWith(output, missing, isKnown);
const part = (kind: string, name: string, table?: string): Part => ({ kind, name, table });

const COMMENT = `pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3456; 0 0 COMMENT EXTENSION pg_stat_statements
pg_restore: error: could not execute query: ERROR:  must be owner of extension pg_stat_statements
Command was: COMMENT ON EXTENSION pg_stat_statements IS 'track planning';


`;
const failed = (words: string): string => `pg_restore: from TOC entry 12; 1259 1 TABLE a x
pg_restore: error: could not execute query: ERROR:  ${words}
LINE 1: secret 4711
Command was: CREATE TABLE a ();

`;

test("the comment of an extension that another role owns is not missed", () => {
  expect(unrestored(`${COMMENT}pg_restore: warning: errors ignored on restore: 1\n`)).toBe("");
});

test("what is missing is named from the catalogs, with the errors that only say what does not exist", () => {
  const text = unrestored(`${COMMENT}${failed('type "vector" does not exist')}${failed("function helper(text) does not exist")}`, [
    part("table", "public.a"),
    part("index", "b_idx", "public.b"),
    part("rows", "public.m", "public.m"),
  ]);
  expect(text).toBe(
    'table public.a, index b_idx on public.b, the rows of public.m (type "vector" does not exist, function helper(text) does not exist)',
  );
});

test("errors without a missing part are counted", () => {
  expect(unrestored(`${COMMENT}${failed("permission denied")}`)).toBe("1 of its statements failed, such as comments or default values");
});

test("a long list is cut, and says how many are left out", () => {
  const parts = Array.from({ length: 52 }, (_, at) => part("function", `f${at}()`));
  expect(unrestored(failed("x"), parts)).toMatch(/function f49\(\) and 2 more$/);
  expect(unrestored(failed("x"), parts.slice(0, 50))).toMatch(/function f49\(\)$/);
});

test.each([
  ["cannot check Mr Meier\npg_restore: error: SECRETROW3"],
  ['invalid input syntax for type integer: "a\npg_restore: error: could not execute query: ERROR:  relation "SECRETROW" does not exist'],
  ["x\nERROR:  type Secretrow does not exist"],
  ["x\nERROR:  role Secretrow of mine does not exist"],
  ["x\nERROR:  function SECRETROW(text) does not exist"],
  ['x\npg_restore: error: COPY failed for table "SECRETROW": ERROR:  y'],
])("a row whose lines look like those of pg_restore is not shown: %s", (words) => {
  const output = failed(words);
  expect(unrestored(output, [part("rows", "orders", "orders")])).toBe("the rows of orders");
  expect(unrestored(output)).not.toMatch(/secret/i);
});

test("tables without rows are only candidates, by their bare names", () => {
  expect([...tablesWithoutRows('pg_restore: error: COPY failed for table "a""b": ERROR:  x\n')]).toEqual(['a"b']);
});

test("of a table that is missing, nothing else is listed", () => {
  const original = [
    part("table", "public.a"),
    part("index", "a_idx", "public.a"),
    part("index", "b_idx", "public.b"),
    part("table", "public.b"),
  ];
  expect(missingParts(original, [part("table", "public.b")])).toEqual([part("table", "public.a"), part("index", "b_idx", "public.b")]);
});
