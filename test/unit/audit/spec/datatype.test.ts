import { expect, test } from "vitest";
import { canonicalType, sameArgumentType, sameType } from "../../../../src/audit/spec/datatype.ts";

test.each([
  ["INT", "integer"],
  ["int4[]", "integer[]"],
  ["integer [3] [3]", "integer[]"],
  ["int array", "integer[]"],
  ["int8", "bigint"],
  ["Bool", "boolean"],
  ["varchar", "character varying"],
  ["VARCHAR ( 20 )", "character varying(20)"],
  ["char(3)", "character(3)"],
  ["char", "character(1)"],
  ["decimal(10, 2)", "numeric(10,2)"],
  ["numeric(10)", "numeric(10,0)"],
  ["float", "double precision"],
  ["float(24)", "real"],
  ["float(25)", "double precision"],
  ["double   precision", "double precision"],
  ["timestamptz", "timestamp with time zone"],
  ["timestamptz(3)", "timestamp(3) with time zone"],
  ["timestamp", "timestamp without time zone"],
  ["TIMESTAMP (3) WITH TIME ZONE", "timestamp(3) with time zone"],
  ["time", "time without time zone"],
  ["timetz[]", "time with time zone[]"],
  ["pg_catalog.int4", "integer"],
  ["jsonb", "jsonb"],
  ['app."Odd Type"', 'app."Odd Type"'],
  ['"Odd Type"[]', '"Odd Type"[]'],
])("Postgres writes %s as %s", (written, canonical) => {
  expect(canonicalType(written)).toBe(canonical);
});

test("a type without a schema is looked up in the current schema and in public", () => {
  expect(sameType("mood", "app.mood", "app")).toBe(true);
  expect(sameType("citext", "public.citext", "app")).toBe(true);
  expect(sameType("mood", "billing.mood", "app")).toBe(false);
});

test("the length in the type of an argument is ignored", () => {
  expect(sameArgumentType("varchar(20)", "character varying", "app")).toBe(true);
  expect(sameArgumentType("char", "character", "app")).toBe(true);
  expect(sameArgumentType("text", "character varying", "app")).toBe(false);
});
