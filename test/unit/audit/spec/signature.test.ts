import { expect, test } from "vitest";
import { parseSignature } from "../../../../src/audit/spec/signature.ts";

const read = (text: string): unknown => {
  const signature = parseSignature(text);
  if (typeof signature === "string") return signature;
  return signature.arguments.map(({ name, mode, type, default: initial }) => [mode, name, type, initial]);
};

test.each([
  ["()", []],
  [
    "(bigint, text)",
    [
      ["in", undefined, "bigint", undefined],
      ["in", undefined, "text", undefined],
    ],
  ],
  ["(p_id bigint)", [["in", "p_id", "bigint", undefined]]],
  ["(P_ID BIGINT)", [["in", "p_id", "BIGINT", undefined]]],
  ['("Id" bigint)', [["in", "Id", "bigint", undefined]]],
  ["(double precision)", [["in", undefined, "double precision", undefined]]],
  ["(x double precision)", [["in", "x", "double precision", undefined]]],
  [
    "(timestamp with time zone, at timestamp(3) with time zone)",
    [
      ["in", undefined, "timestamp with time zone", undefined],
      ["in", "at", "timestamp(3) with time zone", undefined],
    ],
  ],
  [
    "(numeric(10, 2), text[])",
    [
      ["in", undefined, "numeric(10, 2)", undefined],
      ["in", undefined, "text[]", undefined],
    ],
  ],
  ["(variadic numbers integer[])", [["variadic", "numbers", "integer[]", undefined]]],
  [
    "(out x integer, inout y text)",
    [
      ["out", "x", "integer", undefined],
      ["inout", "y", "text", undefined],
    ],
  ],
  ["(note text default 'a, b')", [["in", "note", "text", "'a, b'"]]],
  [
    "(note text DEFAULT NULL::text, n int = 1)",
    [
      ["in", "note", "text", "NULL::text"],
      ["in", "n", "int", "1"],
    ],
  ],
  ['(mood app."Odd, Mood")', [["in", "mood", 'app."Odd, Mood"', undefined]]],
  ["(integer array)", [["in", undefined, "integer array", undefined]]],
])("reads the arguments of %s", (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test("reads the result after the arguments", () => {
  expect(parseSignature("(a integer) RETURNS setof text")).toMatchObject({ returns: "setof text" });
});
